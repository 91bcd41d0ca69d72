import { api } from "./api.js";
import { openDialog } from "./dialog.js";
import { action } from "./dom.js";
import { showFaults } from "./faults.js";
import { forgetAll, forgetUser } from "./store.js";
import { toast } from "./toast.js";
import { advice } from "./words.js";

const ACCOUNT = "/api/account";
const page = document.getElementById("account-page");

action(page, "sign-out").addEventListener("click", () => openDialog("sign-out-dialog", { values: { password: "" }, work: signOutElsewhere }));
action(page, "delete").addEventListener("click", () => openDialog("delete-account-dialog", { values: { password: "" }, work: deleteAccount }));
page.querySelector('[data-form="password"]')?.addEventListener("submit", changePassword);

async function signOutElsewhere({ password }) {
  await api.post(`${ACCOUNT}/sign-out`, { password });
  toast("Signed out everywhere else.");
}

async function deleteAccount({ password }) {
  await api.call("DELETE", ACCOUNT, { password });
  forgetAll();
  forgetUser();
  location.replace(page.dataset.gone);
}

async function changePassword(event) {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("button:not([type])");
  if (button.disabled) return;
  button.disabled = true;
  try {
    await api.post(`${ACCOUNT}/password`, { password: form.elements.password.value, newPassword: form.elements.newPassword.value });
    showFaults(form, {});
    form.reset();
    toast("Your password is changed.");
  } catch (error) {
    const faults = Object.fromEntries(Object.entries(error.fields ?? {}).map(([name, sentences]) => [name, sentences.join(" ")]));
    showFaults(form, faults);
    if (!Object.keys(faults).length) toast(advice(error).text);
  } finally {
    button.disabled = false;
  }
}
