const ADDRESS = "/api/flashcards/study/settings";

/**
 * Let days begin where the learner is: tell the server this browser's time zone when it knows
 * another.
 * @param {any} api
 */
export async function sendTimeZone(api) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const settings = await api.get(ADDRESS);
  if (!timeZone || settings.timeZone === timeZone) return;
  // a zone that the server does not know: it keeps its own
  await api.patch(ADDRESS, { timeZone }).catch(() => {});
}
