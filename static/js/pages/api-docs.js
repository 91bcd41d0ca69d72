/** Shows the OpenAPI document in Swagger UI, which its own script has put on the window. */

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

/** Swagger UI's own name for it. */
function followTheme() {
  document.documentElement.classList.toggle("dark-mode", currentTheme() === "dark");
}

/** What is tried while signed in goes by the session's cookie, and needs its token. */
function withCsrfToken(request) {
  const isSameOrigin = new URL(request.url, location.href).origin === location.origin;
  if (isSameOrigin && request.method && request.method !== "GET")
    request.headers["X-CSRFToken"] = csrfToken();
  return request;
}
