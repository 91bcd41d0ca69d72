import { gettext } from "../client/i18n.js";
import { api } from "./lib/api.js";
import { action, toast, withBusyButton } from "./lib/dom.js";
import { describeError } from "./lib/error-messages.js";
import { fieldErrorsOf, openDialog, showFieldErrors } from "./lib/forms.js";
import { forgetAll, forgetUser } from "./lib/storage.js";

const ACCOUNT = "/api/account";
const page = document.getElementById("account-page");

action(page, "sign-out").addEventListener("click", () =>
  openDialog("sign-out-dialog", { values: { password: "" }, onSubmit: signOutElsewhere }),
);
action(page, "delete").addEventListener("click", () =>
  openDialog("delete-account-dialog", { values: { password: "" }, onSubmit: deleteAccount }),
);
page.querySelector('[data-form="password"]')?.addEventListener("submit", (event) => {
  event.preventDefault();
  withBusyButton(event.target.querySelector("button:not([type])"), () =>
    changePassword(event.target),
  );
});

async function signOutElsewhere({ password }) {
  await api.post(`${ACCOUNT}/sign-out`, { password });
  toast(gettext("Signed out everywhere else."));
}

async function deleteAccount({ password }) {
  await api.call("DELETE", ACCOUNT, { password });
  forgetAll();
  forgetUser();
  location.replace(page.dataset.redirect);
}

async function changePassword(form) {
  const { password, newPassword } = form.elements;
  try {
    await api.post(`${ACCOUNT}/password`, {
      password: password.value,
      newPassword: newPassword.value,
    });
    showFieldErrors(form, {});
    form.reset();
    toast(gettext("Your password is changed."));
  } catch (error) {
    const fieldErrors = fieldErrorsOf(form, error);
    showFieldErrors(form, fieldErrors);
    if (!Object.keys(fieldErrors).length) toast(describeError(error).text);
  }
}
