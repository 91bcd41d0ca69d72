const ADDRESS = "/api/flashcards/study/settings";

/**
 * Send this browser's time zone to the server if it differs, so that days start in local time.
 * @param {any} api
 */
export async function sendTimeZone(api) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const settings = await api.get(ADDRESS);
  if (!timeZone || settings.timeZone === timeZone) return;
  // If the server does not know the time zone, it keeps the current one.
  await api.patch(ADDRESS, { timeZone }).catch(() => {});
}
