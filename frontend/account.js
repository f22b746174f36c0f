/**
 * Who is signed in, on top of the page, with the way in and out. Loaded only if the page's head names a sign-in.
 *
 * Files do not survive leaving a page. So if some wait, the provider's page opens in another tab, which comes back to this
 * page's address and hands its answer over to the tab that waits: only that one has the verifier.
 */

import {announce} from "./announcer.js";
import {LANGUAGES} from "./account-words.js";
import {button, make, write} from "./elements.js";
import {Identity} from "./openid.js";
import {Problem} from "./problem.js";
import {apply} from "./styles.js";
import {isOver} from "./transfer.js";

/**
 * @typedef {{list: () => Iterable<Upload>, clear: () => Promise<void>, say: (text: string) => void}} Page
 *   clear: empties the list, and cancels what is in progress. say: shows an important message, or removes it
 */

const CHANNEL = "sign-in";
/** How often, and how many milliseconds in all, another tab is asked to take an answer. */
const OFTEN = 200, LONG = 2_000;

await apply(new URL("./account.css", import.meta.url).href);

const words = LANGUAGES[/** @type {keyof typeof LANGUAGES} */ (document.documentElement.lang)];

/**
 * What the page's head says about the sign-in: words such as client=… and authorize=https://…, separated by spaces.
 * @param {string} text
 * @returns {import("./openid.js").Provider}
 */
function provider(text) {
  const said = Object.fromEntries(text.trim().split(/\s+/).map((word) => /** @type {[string, string]} */ (word.split(/=(.*)/s, 2))));
  return /** @type {any} */ (said);
}

export class Account {
  #page;
  #words = make("p", {class: "fact"});
  #box = make("div", {class: "account", role: "group", "aria-label": words.account}, this.#words);
  #room = make("div", {class: "account-room"}, this.#box);
  #link = make("a", {rel: "noopener"}, words.signIn);
  #leave = button(words.signOut, "", () => this.#signOut());
  #identity;
  /** Why nobody is signed in, if there is more to say. */
  #trouble = "";

  /**
   * @param {string} text what the page's head says
   * @param {Page} page
   */
  constructor(text, page) {
    this.#page = page;
    const here = new URL("./", document.baseURI).href;
    this.#identity = new Identity({provider: provider(text), page: here, store: sessionStorage, onChange: (stranger) => this.#changed(stranger)});
    this.#link.addEventListener("click", () => (this.#link.target = this.#isBusy() ? "_blank" : ""));
    document.querySelector("main")?.prepend(this.#room);
  }

  /** The headers of a call to the API, once somebody is signed in. @param {boolean} refused */
  headers = (refused) => this.#identity.headers(refused);

  /** Shows who is signed in, and takes the answer that the provider has put into this page's address. */
  async open() {
    const query = new URLSearchParams(location.search);
    const isAnswer = query.has("state") && (query.has("code") || query.has("error"));
    if (isAnswer) history.replaceState(null, "", location.pathname + location.hash);
    const channel = new BroadcastChannel(CHANNEL);
    channel.addEventListener("message", ({data}) => {
      const answer = new URLSearchParams(String(data?.answer ?? ""));
      if (!this.#identity.expects(answer)) return;
      channel.postMessage({taken: answer.get("state")});
      this.#take(answer);
    });
    if (isAnswer && this.#identity.expects(query)) return this.#take(query);
    this.#show();
    if (!isAnswer) return;
    if (await handedOver(query)) return this.#page.say(words.elsewhere);
    this.#trouble = words.stale;
    this.#show();
  }

  /** @param {URLSearchParams} answer */
  async #take(answer) {
    const say = (/** @type {string} */ trouble) => {
      this.#trouble = trouble;
      this.#show();
    };
    try {
      await this.#identity.take(answer, () => say(words.away));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      say(words.refused(problem.message));
    }
  }

  /** @param {boolean} stranger */
  async #changed(stranger) {
    this.#trouble = this.#identity.isOver ? words.over : "";
    this.#show();
    this.#page.say(stranger ? words.stranger : "");
    if (stranger) await this.#page.clear();
  }

  #show() {
    const {person} = this.#identity;
    const hadFocus = this.#box.contains(document.activeElement);
    const text = person ? words.who(person.name) : this.#trouble || words.needed;
    if (this.#words.textContent !== text) announce(text);
    write(this.#words, text);
    this.#room.style.minHeight = `${this.#room.offsetHeight}px`; // trouble takes the box out of it, and nothing moves
    this.#box.classList.toggle("trouble", !person && this.#trouble !== "");
    const control = person ? this.#leave : this.#link;
    if (this.#box.lastChild !== control) this.#box.replaceChildren(this.#words, control);
    if (!person) this.#identity.address().then((address) => (this.#link.href = address));
    if (hadFocus) control.focus();
  }

  async #signOut() {
    if (this.#isBusy() && !confirm(words.leaving)) return;
    await this.#page.clear();
    const address = this.#identity.leave();
    if (address) location.assign(address);
  }

  /** Whether files wait here that leaving the page would lose. */
  #isBusy() {
    return [...this.#page.list()].some((upload) => upload.file && !upload.arrived && !isOver(upload));
  }
}

/**
 * Whether another tab takes the answer, because it has begun that sign-in.
 * @param {URLSearchParams} answer
 * @returns {Promise<boolean>}
 */
function handedOver(answer) {
  return new Promise((resolve) => {
    const channel = new BroadcastChannel(CHANNEL);
    const end = (/** @type {boolean} */ taken) => {
      clearInterval(asking);
      channel.close();
      resolve(taken);
    };
    const ask = () => channel.postMessage({answer: `${answer}`});
    const asking = setInterval(ask, OFTEN);
    channel.addEventListener("message", ({data}) => data?.taken === answer.get("state") && end(true));
    setTimeout(end, LONG, false);
    ask();
  });
}
