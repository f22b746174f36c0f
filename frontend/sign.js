/** Requests permission to upload. */

import {contentType} from "./check.js";
import {digest} from "./digest.js";
import {content, Problem} from "./problem.js";
import {ask} from "./service.js";

/**
 * Requests permission to upload several files in one call. Returns, for each file in order, its signature or its problem. If
 * the service refuses a file, the call is repeated without it, so that it does not delay the others.
 * @param {File[]} files at most limits.maxFiles
 * @param {Access & {limits: Limits,
 *   choice?: (file: File) => Choice | undefined}} options
 * @returns {Promise<(Signed | Problem)[]>}
 */
export async function sign(files, {limits, choice, ...access}) {
  /** @type {Map<File, object>} */
  const announced = new Map();
  for (const file of files) { // one at a time, because each is in memory meanwhile
    const sha256 = await digest(file);
    const {profile, focus} = choice?.(file) ?? {};
    announced.set(file, {name: file.name, type: contentType(file, limits), size: file.size, ...(sha256 && {sha256}), profile, focus});
  }
  /** @type {Map<File, Signed | Problem>} */
  const answers = new Map();
  for (let rest = files; rest.length > 0; rest = files.filter((file) => !answers.has(file))) {
    try {
      const body = JSON.stringify({files: rest.map((file) => announced.get(file))});
      const response = await ask("uploads", access, {method: "POST", headers: {"content-type": "application/json"}, body});
      // By the service's clock if it can be read, because the visitor's may be wrong.
      const now = Date.parse(response.headers.get("date") ?? "") || Date.now();
      const {uploads} = await content(response);
      rest.forEach((file, index) => {
        answers.set(file, {...uploads[index], lifetime: Date.parse(uploads[index].expires) - now});
      });
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      const bad = problem.errors.filter(({file}) => rest[file]);
      if (bad.length === 0) throw problem;
      for (const {file, code, detail} of bad) answers.set(rest[file], new Problem(code, detail, {quoted: true}));
    }
  }
  return files.map((file) => /** @type {Signed | Problem} */ (answers.get(file)));
}
