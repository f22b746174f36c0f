/** The page: each chosen file becomes a row, and the row shows its progress. */

import {button, byId, write} from "./elements.js";
import {announce} from "./announcer.js";
import {receive} from "./intake.js";
import {kept, whenForgotten, willBeForgotten} from "./session.js";
import {factsOf, loadReasons, reason, words} from "./language.js";
import {List} from "./list.js";
import {Notices} from "./notices.js";
import {Problem} from "./problem.js";
import {limits as ask} from "./service.js";
import {FORMATS, status} from "./status.js";
import {Summary} from "./summary.js";
import {isOver} from "./transfer.js";
import {Uploads} from "./uploads.js";
import {each, persist} from "./waiting.js";

/** Milliseconds between two updates of the summary. */
const OFTEN = 200;

const input = /** @type {HTMLInputElement} */ (byId("files"));
const camera = /** @type {HTMLInputElement} */ (byId("camera"));
const base = said("api") || "./";
const key = said("api-key");
/** @type {Record<string, string>} */
const headers = key ? {"x-api-key": key} : {};
const signIn = said("sign-in");
const account = signIn ? new (await import("./account.js")).Account(signIn, {
  list: () => uploads.list,
  clear,
  say: (text) => notices.say("account", text),
}) : null;
const access = {
  api: new URL(base.endsWith("/") ? base : `${base}/`, document.baseURI),
  headers: async (/** @type {boolean} */ refused) => ({...headers, ...(await account?.headers(refused))}),
};

/** The service's limits, once it has responded. @type {Limits | null} */
let limits = null;
/** @type {(limits: Limits) => void} */
let know = () => {};
const known = new Promise((/** @type {(limits: Limits) => void} */ resolve) => (know = resolve));
/** Where the service offers any. @type {import("./choosing.js").Choices | undefined} */
let choices;
/** @type {ReturnType<typeof setTimeout> | null} */
let counting = null;

const notices = new Notices();
const uploads = new Uploads({...access, limits: known, onChange: show});
const list = new List({
  retry: (upload) => upload.retry(),
  remove,
  erase: async (upload) => {
    const {erase} = await import("./upload.js");
    await erase(/** @type {string} */ (upload.job), access);
    remove(upload);
  },
  choose: () => input.click(),
  refresh: (upload) => uploads.refresh(upload),
  announce,
  onToggle: total,
  limits: () => limits,
  fail: (text) => notices.say("fetch", text),
});
const summary = new Summary({
  cancelAll: () => uploads.cancelAll(),
  retryAll: () => uploads.retryAll(),
  openAll: (open) => each(list.rows, (row) => row.toggle(open)),
  downloadAll: download,
  clear: () => {
    clear();
    input.focus();
  },
});

receive([input, camera], {
  onFiles: take,
  onUnreadable: (names) => notices.say("unreadable", words.unreadable(names)),
  onEmpty: (names) => notices.say("empty", words.emptyFolder(names)),
});
addEventListener("beforeunload", (event) => {
  for (const upload of uploads.list) {
    if (upload.file && !upload.arrived && !isOver(upload)) return event.preventDefault();
  }
});
// Reserves space for the service's answer before it arrives.
byId("offer-room").textContent = words.offer([160, 320, 640, 1280].map((side) => ({width: side, height: side, crop: false})));
byId("terms-room").textContent = words.terms({accepted: FORMATS, limit: 100e6, megapixels: 100, days: 10});
whenForgotten(total);
uploads.resume(kept());
account?.open();
open();

/**
 * Requests the service's limits, and loads what can be said about problems, so that nothing is sent without it. Files that are
 * chosen meanwhile wait in their rows.
 */
async function open() {
  const terms = byId("terms");
  const trying = new AbortController();
  const trouble = (/** @type {Problem} */ problem) => {
    const again = button(words.tryAgain, "", () => {
      trying.abort();
      terms.textContent = "";
      input.focus();
      open();
    });
    terms.replaceChildren(`${reason(problem, limits)} `, again);
    announce(reason(problem, limits));
  };
  try {
    const both = () => Promise.all([ask(access), loadReasons()]);
    [limits] = await persist(both, {signal: trying.signal, onTrouble: trouble});
  } catch (problem) {
    if (trying.signal.aborted) return;
    if (!(problem instanceof Problem)) throw problem;
    return trouble(problem);
  }
  write(byId("offer"), words.offer(limits.sizes));
  terms.replaceChildren(words.terms({...factsOf(limits), days: limits.keepOriginalsDays, unclaimed: limits.unclaimedDays, named: limits.keepsCopyright}));
  input.accept = Object.entries(limits.types).flat(2).join(",");
  list.reserve();
  know(limits);
  uploads.prepare();
  const offered = limits;
  if (offered.profiles || offered.sizes.some(({crop}) => crop)) {
    import("./choosing.js").then(({Choices}) => (choices = new Choices(offered, list, uploads)), () => {});
  }
  import("./folders.js").catch(() => {});
}

/** Removes a row, and moves the focus to the next one. @param {Upload} upload */
function remove(upload) {
  uploads.remove(upload);
  (list.remove(upload)?.querySelector("button") ?? input).focus();
  total();
}

/** @param {File[]} files */
async function take(files) {
  import("./thumbnails.js").catch(() => {}); // needed once the first upload is done; load it while there is time, and a network
  const {added, resumed, known} = await uploads.add(files, choices?.now());
  if (added.length > 0) announce(words.added(added.length));
  // Resumed uploads are visible in their rows; ignored files would be visible nowhere.
  notices.say("known", known.length > 0 ? words.leftOut(known.map(({name}) => name)) : "");
  const first = added[0] ?? resumed[0] ?? known[0];
  await list.shown();
  if (first) list.row(first)?.element.scrollIntoView({block: "nearest"});
}

/** An upload is new, or has changed. @param {Upload} upload */
function show(upload) {
  list.show(upload);
  if (isOver(upload) && upload.job !== undefined && !upload.file) return total(); // from before a reload: not news
  if (isOver(upload)) announce(words.said({name: upload.name, status: status(upload, limits)}));
  // With a single file there is nothing below that opening could push away.
  if (upload.stage === "done" && uploads.list.size === 1) list.shown().then(() => list.row(upload)?.toggle(true));
  total();
}

/**
 * What the page's head says about the service, if anything.
 * @param {string} name
 */
function said(name) {
  return document.querySelector(`meta[name="${name}"]`)?.getAttribute("content");
}

/** Empties the list, and cancels what is in progress. */
function clear() {
  const cleared = uploads.clear();
  list.clear();
  notices.say("forgotten", "");
  total();
  return cleared;
}

/** Updates the summary soon, for all changes until then. */
function total() {
  counting ??= setTimeout(() => {
    counting = null;
    if (uploads.list.size === 0) list.hide(); // shown again with the first row
    let open = 0;
    for (const row of list.rows) if (row.isOpen) open += 1;
    choices?.update();
    summary.update(uploads.list, {secondsFor: (bytes) => uploads.left(bytes), open});
    const lost = willBeForgotten();
    notices.say("forgotten", lost > 0 ? words.willBeForgotten(lost) : "");
  }, uploads.list.size > 1000 ? OFTEN : 0);
}

/** Loads the code for archives only when it is needed. */
async function download() {
  try {
    const {downloadAll} = await import("./download.js");
    const missing = await downloadAll([...uploads.list], (upload) => uploads.refresh(upload));
    notices.say("fetch", missing.length > 0 ? words.missing(missing) : "");
  } catch {
    notices.say("fetch", words.notFetched);
  }
}
