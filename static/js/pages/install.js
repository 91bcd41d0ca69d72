/** Let the service worker keep the shell, after the page has everything it needs itself. */
export function setUpServiceWorker() {
  if (!("serviceWorker" in navigator)) return;
  const register = () => navigator.serviceWorker.register("/sw.js").catch(() => {}); // refused, as in some private windows: a page as any other
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}
