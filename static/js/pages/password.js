// Fields whose password can be shown while it is typed.
for (const field of document.querySelectorAll('[data-part="password"]')) {
  const input = field.querySelector("input");
  const button = field.querySelector("button");
  button.hidden = false;
  button.addEventListener("click", () => {
    const isShown = input.type === "text";
    input.type = isShown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!isShown));
    input.focus();
  });
  // so that browsers offer to keep it, and never keep it as text
  input.form.addEventListener("submit", () => (input.type = "password"));
}
document.querySelector('[aria-invalid="true"]')?.focus();
