/** Shows the OpenAPI document in Swagger UI, which its own script has put on the window. */

import { csrfToken } from "./lib/api.js";
import { shown } from "./lib/theme.js";

const place = /** @type {HTMLElement} */ (document.getElementById("api-docs"));

window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
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
  document.documentElement.classList.toggle("dark-mode", shown() === "dark");
}

/** What is tried while signed in goes by the session's cookie, and needs its token. */
function withCsrfToken(request) {
  const isOwn = new URL(request.url, location.href).origin === location.origin;
  if (isOwn && request.method && request.method !== "GET")
    request.headers["X-CSRFToken"] = csrfToken();
  return request;
}
