// Access to files of the origin private file system that another worker may have open.

const RETRY_DELAY_MS = 100;

/**
 * Retry an operation on a private file while another worker still has the file open.
 *
 * That worker was terminated, or its download was cancelled, a moment ago.
 * @template T
 * @param {() => Promise<T>} operation
 * @param {number} attempts after the last one, the browser's error is thrown
 * @returns {Promise<T>}
 */
export async function retryWhileBusy(operation, attempts) {
  try {
    return await operation();
  } catch (error) {
    if (error.name !== "NoModificationAllowedError" || attempts <= 1) throw error;
    await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
    return retryWhileBusy(operation, attempts - 1);
  }
}
