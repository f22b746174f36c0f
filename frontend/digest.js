/** The SHA-256 of a file, with which the service lets S3 refuse any other content. */

/**
 * In hexadecimal digits, or null if there is none: the file cannot be read, which its upload will report; it is larger than the
 * memory that the browser grants; or the page came over plain HTTP, where browsers have no crypto.subtle.
 * Web Cryptography has no digest in parts, so the file is in memory until this returns.
 * @param {Blob} file
 * @returns {Promise<string | null>}
 */
export async function digest(file) {
  try {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  } catch {
    return null;
  }
}
