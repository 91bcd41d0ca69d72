/** The OpenAPI document in Swagger UI, whose script defines `SwaggerUIBundle` on the window. */

import { csrfToken } from "./lib/api.js";
import { currentTheme } from "./lib/theme.js";

const element = /** @type {HTMLElement} */ (document.getElementById("api-docs"));

window.SwaggerUIBundle({
  url: element.dataset.schema,
  domNode: element,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: false,
  validatorUrl: null,
  requestInterceptor: withCsrfToken,
});

followTheme();
new MutationObserver(followTheme).observe(document.documentElement, {
  attributeFilter: ["data-theme"],
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", followTheme);

/** Set the class that Swagger UI uses for its dark theme. */
function followTheme() {
  document.documentElement.classList.toggle("dark-mode", currentTheme() === "dark");
}

/** Add the CSRF token to same-origin requests other than GET. They use the session cookie. */
function withCsrfToken(request) {
  const isSameOrigin = new URL(request.url, location.href).origin === location.origin;
  if (isSameOrigin && request.method && request.method !== "GET")
    request.headers["X-CSRFToken"] = csrfToken();
  return request;
}
