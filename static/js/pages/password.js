// Each password field has a button that shows the typed password.
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
  // Reset the type, so that browsers offer to save the password and do not save it as text.
  input.form.addEventListener("submit", () => (input.type = "password"));
}
document.querySelector('[aria-invalid="true"]')?.focus();
