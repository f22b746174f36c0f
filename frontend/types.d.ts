/** The shapes that several modules share, for readers and for the type checker. Browsers never load this file. */

/** One file on its way to its thumbnails. */
type Upload = import("./transfer.js").Transfer;

type Stage =
  | "waiting" | "signing" | "uploading" | "storing" | "offline" | "again" | "converting" | "slow"
  | "done" | "stopped" | "cancelled" | "interrupted";

/** What an upload uses. loaded, load: what brings files to the service. has: whether the upload is still in the list. */
type Uses = {
  loaded(): import("./journey.js").Journey | null,
  load(options: Persistence): Promise<import("./journey.js").Journey>,
  has(upload: Upload): boolean,
  onChange(upload: Upload): void,
};

/** signal: ends it. onTrouble: called with each temporary problem, after which it is tried again. */
type Persistence = {signal?: AbortSignal, onTrouble?: (problem: import("./problem.js").Problem) => void};

type Facts = {name: string, size: number, type: string, lastModified: number};

/** The facts in the row of a finished upload. bytes: of all thumbnails. */
type Made = {thumbnails: number, bytes: number, width: number, height: number};

/** What survives a reload. job: once signed. arrived: true if its file has; otherwise only the service knows. made: once done. */
type Kept = Facts & {job?: string, arrived?: boolean, made?: Made, choice?: Choice};

/**
 * For one file: the name of one of the service's sets of sizes, and the point that cropped thumbnails keep, as shares of the width
 * and height of the picture as people see it.
 */
type Choice = {profile?: string, focus?: [number, number]};

/** An action that a row offers. */
type Deed = "cancel" | "open" | "pick" | "retry" | "remove";

/** What a row may ask of the page. limits: null until the service has responded. fail: shows an important message. */
type Actions = {
  retry(upload: Upload): void,
  remove(upload: Upload): void,
  erase(upload: Upload): Promise<void>,
  choose(): void,
  refresh(upload: Upload): Promise<Manifest | null>,
  announce(text: string): void,
  onToggle(): void,
  limits(): Limits | null,
  fail(text: string): void,
};

// The service (docs/api.md).

/**
 * How the service is called. api: its base address, ending in "/". headers: further ones of each call, such as a key or a token.
 * refused: whether the service has just answered 401, so that a token can be refreshed.
 */
type Access = {
  api: string | URL,
  headers?: (refused: boolean) => Record<string, string> | Promise<Record<string, string>>,
};

type Size = {name: string, width: number, height: number, crop: boolean, fit?: string, background?: string};

/** erasable: whether owners can erase their uploads. keepsCopyright: whether thumbnails name the original's author. */
type Limits = {
  maxFiles: number,
  maxUploadBytes: number,
  maxMegapixels: number,
  types: Record<string, string[]>,
  accepted: string,
  sizes: Size[],
  keepOriginalsDays: number,
  keepThumbnailsDays?: number,
  unclaimedDays?: number,
  erasable?: boolean,
  keepsCopyright?: boolean,
  profiles?: Record<string, Size[]>,
};

/** The permission to upload a file. lifetime: its remaining milliseconds when it arrived. */
type Signed = {
  job: string,
  upload: {url: string, fields: Record<string, string>},
  result: string,
  expires: string,
  lifetime: number,
};

type Thumbnail = {
  size: string, width: number, height: number, type: string, bytes: number, key: string, url: string,
  padded?: boolean, frames?: number,
};

type Manifest = {
  job: string,
  status: "done" | "rejected" | "failed" | "erased",
  reason: {code: string, message: string, retryable: boolean} | null,
  original: {format: string, width: number, height: number, bytes: number, frames: number} | null,
  thumbnails: Thumbnail[],
  placeholder: {thumbhash: string, color: string} | null,
};

// The page's language.

type Figures = ReturnType<typeof import("./figures.js").figures>;

/** The limits, in the form that sentences need. limit: bytes. */
type Terms = {accepted: string[], limit: number, megapixels: number};

/** A sentence for a problem. */
type Sentence = (limits: Terms) => string;

/** sent, size: bytes. left: seconds, if known. */
type Sending = {sent: number, size: number, left: number | null};

/** What the page says, in one language. Each entry is a whole sentence or a whole label, never assembled from parts. */
type Words = Pick<Figures, "facts" | "bytes" | "box" | "percent" | "clock"> & {
  page: string,
  pageWhile(many: {over: number, total: number}): string,
  choose: string,
  hint: string,
  camera: string,
  tryAgain: string,
  dismiss: string,
  offer(sizes: {width: number, height: number, crop: boolean, fit?: string}[]): string,
  /** named: whether the author's name stays in thumbnails. */
  terms(limits: Terms & {days: number, unclaimed?: number, named?: boolean}): string,

  // The status of a row.
  waiting: string,
  uploading(progress: Sending): string,
  storing: string,
  offline: string,
  again: string,
  converting: string,
  slow: string,
  done(made: {thumbnails: number, bytes: number, saved: number | null}): string,
  cancelled: string,
  interrupted: string,
  said(upload: {name: string, status: string}): string,

  // The actions of a row: the visible label, and the one for screen readers.
  cancel: string,
  cancelOf(name: string): string,
  remove: string,
  removeOf(name: string): string,
  pick: string,
  pickOf(name: string): string,
  retry: string,
  retryOf(name: string): string,
  open: string,
  openOf(name: string): string,
  bar(name: string): string,

  // The summary.
  title(many: {done: number, total: number, failed: number}): string,
  sending(progress: Sending): string,
  total(bytes: {made: number, size: number}): string,
  barOfAll: string,
  cancelAll: string,
  retryAll: string,
  openAll: string,
  closeAll: string,
  downloadAll: string,
  clear: string,

  // Notices.
  added(files: number): string,
  leftOut(names: string[]): string,
  unreadable(names: string[]): string,
  emptyFolder(names: string[]): string,
  willBeForgotten(files: number): string,
  missing(names: string[]): string,
  notFetched: string,

  /** The longest sentence for a problem: rows reserve its space before problem-words.js is loaded. */
  longest: string,
};
