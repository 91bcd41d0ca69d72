const BUSY_MS = 100;

/**
 * Do something with a private file that another worker may hold for a moment longer: one that was ended, or whose download was cancelled.
 * @template T
 * @param {() => Promise<T>} work
 * @param {number} tries after the last the browser's refusal is thrown
 * @returns {Promise<T>}
 */
export async function onceFree(work, tries) {
  try {
    return await work();
  } catch (error) {
    if (error.name !== "NoModificationAllowedError" || tries <= 1) throw error;
    await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
    return onceFree(work, tries - 1);
  }
}
