/**
 * Signs the visitor in with OpenID Connect, at Cognito's page or any other provider's: authorization code (RFC 6749, section 4.1)
 * with PKCE (RFC 7636). The page never sees a password, and a code that somebody reads in an address is of no use without the
 * verifier, which stays in this tab.
 *
 * The page trusts nothing that a token says: it only shows the name. The API checks each token.
 */

import {content, lostConnection, Problem} from "./problem.js";
import {open} from "./patience.js";
import {persist} from "./waiting.js";

/**
 * @typedef {{client: string, authorize: string, token: string, logout?: string, revoke?: string}} Provider
 *   client: the page's id there, which has no secret. The others are addresses: of the provider's page, and of its token, logout
 *   and revocation endpoints.
 * @typedef {{subject: string, name: string}} Person
 * @typedef {Person & {id: string, until: number, end: number, refresh: string | null}} Tokens
 *   id: the ID token. until: when to refresh it, before its end, on this computer's clock.
 * @typedef {{state: string, verifier: string}} Asked
 * @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Store
 */

/** Where the tab's storage holds the tokens, the last person, and the sign-in that was begun. */
const TOKENS = "sign-in tokens", PERSON = "sign-in person", ASKED = "sign-in asked";

/** Milliseconds before its end at which a token is refreshed; at most a quarter of its life. */
const EARLY = 60_000;
const TIMEOUT = 30_000;

export class Identity {
  /** Whether a session has ended by itself. */
  isOver = false;
  #provider;
  #page;
  #store;
  #now;
  #onChange;
  /** @type {Tokens | null} */
  #tokens;
  /** @type {Asked | null} */
  #asked;
  /** @type {Promise<void> | null} */
  #renewing = null;
  /** Settled once somebody signs in. */
  #entered = open();

  /**
   * @param {{provider: Provider, page: string, store: Store, now?: () => number, onChange?: (stranger: boolean) => unknown}} options
   *   page: the address to which the provider sends visitors back. store: the tab's. onChange: called when somebody is signed in,
   *   or no longer. stranger: it is another person than before in this tab. Calls that wait go on once this has ended, or fail for a stranger.
   */
  constructor({provider, page, store, now = () => Date.now(), onChange = () => {}}) {
    this.#provider = provider;
    this.#page = page;
    this.#store = store;
    this.#now = now;
    this.#onChange = onChange;
    this.#tokens = this.#kept(TOKENS);
    this.#asked = this.#kept(ASKED);
    if (this.#tokens) this.#entered.resolve();
  }

  /** Who is signed in, or null. @returns {Person | null} */
  get person() {
    return this.#tokens;
  }

  /**
   * The headers of a call to the API. Waits until somebody is signed in, so that what was begun goes on by itself. Throws a
   * temporary Problem if the provider does not respond, or if another person signs in meanwhile.
   * @param {boolean} refused whether the API has just refused the previous token
   */
  async headers(refused) {
    const before = this.#tokens?.subject;
    for (let renew = refused; ; renew = false) {
      await this.#entered.promise;
      if (this.#tokens && (renew || this.#now() >= this.#tokens.until)) {
        const valid = !renew && this.#now() < this.#tokens.end;
        this.#renewing ??= this.#renew(this.#tokens).finally(() => (this.#renewing = null));
        await this.#renewing.catch((problem) => valid || Promise.reject(problem));
      }
      if (this.#tokens && this.#tokens.subject !== (before ?? this.#tokens.subject)) throw replaced();
      if (this.#tokens) return {authorization: `Bearer ${this.#tokens.id}`};
    }
  }

  /** The address of the provider's page. Each sign-in has its own, and its answer is accepted once. */
  async address() {
    const [state, verifier] = [random(), random()];
    const challenge = text(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
    this.#asked = {state, verifier}; // now, because of two calls the last one that returns must count
    this.#keep(ASKED, this.#asked);
    const pkce = {code_challenge: challenge, code_challenge_method: "S256"};
    const scope = new URL(this.#provider.authorize).searchParams.get("scope") ?? "openid";
    return filled(this.#provider.authorize, {scope, response_type: "code", client_id: this.#provider.client, redirect_uri: this.#page, state, ...pkce});
  }

  /** Whether this tab has begun the sign-in that the query answers. @param {URLSearchParams} query */
  expects(query) {
    return this.#asked !== null && query.get("state") === this.#asked.state;
  }

  /**
   * Takes the provider's answer, which must be expected. Throws a Problem with code "sign_in_refused" and the provider's words
   * if it refuses.
   * @param {URLSearchParams} query @param {() => void} [onTrouble] called while it does not respond; it is asked again
   */
  async take(query, onTrouble) {
    const {verifier} = /** @type {Asked} */ (this.#asked);
    this.#asked = null;
    this.#store.removeItem(ASKED);
    const error = query.get("error");
    if (error) throw new Problem("sign_in_refused", query.get("error_description") || error);
    const grant = {grant_type: "authorization_code", code: query.get("code") ?? "", redirect_uri: this.#page, code_verifier: verifier};
    const tokens = await persist(() => this.#ask(grant), {onTrouble});
    const before = this.#kept(PERSON);
    this.#enter(tokens, null);
    const isStranger = before !== null && before.subject !== this.#tokens?.subject;
    await this.#onChange(isStranger);
    if (isStranger) {
      this.#entered.reject(replaced());
      this.#entered = open();
    }
    this.#entered.resolve();
  }

  /**
   * Signs out: forgets everything in this tab, revokes the refresh token, and returns where the provider signs the browser out,
   * if there is such a place.
   * @returns {string | null}
   */
  leave() {
    const {logout, client} = this.#provider;
    this.#revoke(this.#tokens?.refresh);
    for (const key of [TOKENS, PERSON, ASKED]) this.#store.removeItem(key);
    this.#tokens = this.#asked = null;
    this.#entered = open();
    this.isOver = false;
    this.#onChange(false);
    // logout_uri: Cognito. post_logout_redirect_uri: OpenID Connect RP-Initiated Logout 1.0.
    return logout ? filled(logout, {client_id: client, logout_uri: this.#page, post_logout_redirect_uri: this.#page}) : null;
  }

  /** @param {Tokens} tokens */
  async #renew(tokens) {
    try {
      if (tokens.refresh === null) return this.#end();
      const said = await this.#ask({grant_type: "refresh_token", refresh_token: tokens.refresh});
      if (this.#tokens !== tokens) return this.#revoke(said.refresh_token); // signed out meanwhile
      this.#enter(said, tokens.refresh);
    } catch (problem) {
      if (this.#tokens !== tokens) return;
      if (!(problem instanceof Problem) || problem.passing) throw problem;
      this.#end();
    }
  }

  /** The session has ended by itself. Whatever waits goes on waiting, until somebody signs in. */
  #end() {
    this.#tokens = null;
    this.#store.removeItem(TOKENS);
    this.#entered = open();
    this.isOver = true;
    this.#onChange(false);
  }

  /** @param {any} said by the token endpoint @param {string | null} refresh the token to keep if there is no new one */
  #enter(said, refresh) {
    const {sub, exp, iat, name, preferred_username, email, ...claims} = claimsOf(said.id_token);
    if (typeof sub !== "string") throw new Problem("sign_in_refused", "The provider sent no ID token.");
    const life = Math.max(0, 1000 * (exp - iat)) || 0; // not exp alone, because this computer's clock may be wrong
    const person = {subject: sub, name: String(name ?? preferred_username ?? email ?? claims["cognito:username"] ?? "")};
    const end = this.#now() + life;
    this.#tokens = {...person, id: said.id_token, until: end - Math.min(EARLY, life / 4), end, refresh: said.refresh_token ?? refresh};
    this.#keep(TOKENS, this.#tokens);
    this.#keep(PERSON, person);
    this.isOver = false;
  }

  /** @param {string | null} [refresh] a refresh token that nobody needs any more */
  #revoke(refresh) {
    const {revoke, client} = this.#provider;
    const body = new URLSearchParams({token: refresh ?? "", client_id: client});
    // It goes on while the page is left. Nobody reads its answer, so it needs no CORS.
    if (revoke && refresh) fetch(revoke, {method: "POST", body, credentials: "omit", mode: "no-cors", keepalive: true}).catch(() => {});
  }

  /** Calls the token endpoint. @param {Record<string, string>} grant */
  async #ask(grant) {
    const body = new URLSearchParams({...grant, client_id: this.#provider.client});
    const signal = AbortSignal.timeout(TIMEOUT);
    const asked = fetch(this.#provider.token, {method: "POST", body, credentials: "omit", cache: "no-store", signal});
    const response = await asked.catch(() => Promise.reject(lostConnection()));
    if (response.status === 429 || response.status >= 500) throw new Problem("busy", "The sign-in is not responding correctly.");
    const said = await content(response);
    if (!response.ok) throw new Problem("sign_in_refused", String(said?.error_description || said?.error || response.status));
    return said;
  }

  /** @param {string} key */
  #kept(key) {
    try {
      return JSON.parse(this.#store.getItem(key) ?? "null");
    } catch {
      return null;
    }
  }

  /** @param {string} key @param {object} value */
  #keep(key, value) {
    try {
      this.#store.setItem(key, JSON.stringify(value));
    } catch {} // the storage is full: a reload signs out
  }
}

const replaced = () => new Problem("expired", "Another person has signed in.");

/** 256 random bits. */
const random = () => text(crypto.getRandomValues(new Uint8Array(32)));

/** Base64 for addresses, without padding (RFC 7636, appendix A). @param {Uint8Array} bytes */
const text = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** What a token says, unchecked; nothing if it is none. @param {unknown} token @returns {Record<string, any>} */
function claimsOf(token) {
  try {
    const payload = String(token).split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    return Object(JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(payload), (letter) => letter.charCodeAt(0)))));
  } catch {
    return {};
  }
}

/** @param {string} address @param {Record<string, string>} query */
function filled(address, query) {
  const url = new URL(address);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}
