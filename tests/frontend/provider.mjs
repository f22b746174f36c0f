/** A provider of OpenID Connect: its token endpoint, which checks the verifier as a real one does. And visitors who sign in there. */

import {createHash} from "node:crypto";
import {createServer} from "node:http";
import {after, before, beforeEach} from "node:test";

import {Identity} from "../../frontend/openid.js";

export const PAGE = "https://pictures.example.com/";

/** What the provider does, reset before each test. */
export const provider = {
  /** @type {URLSearchParams[]} */
  asked: [],
  /** By code: the challenge, and the person to sign in. @type {Map<string, {challenge: string, sub: string}>} */
  codes: new Map(),
  status: 200,
  /** Before this, a refresh is not answered. */
  held: Promise.resolve(),
  /** What the answer to a refresh contains in addition. */
  rotated: {},
};

/** @type {import("node:http").Server} */
let server;
let base = "";
let serial = 0;

const part = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const idToken = (/** @type {string} */ sub) => {
  serial += 1;
  return [part({alg: "RS256"}), part({sub, email: `${sub}@éxample.com`, iat: 1000, exp: 4600, serial}), "signature"].join(".");
};

before(async () => {
  server = createServer(async (request, response) => {
    const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
    provider.asked.push(form);
    const answer = (/** @type {number} */ code, /** @type {object} */ body) => {
      response.writeHead(code, {"content-type": "application/json"});
      response.end(JSON.stringify(body));
    };
    const code = provider.status;
    if (form.get("grant_type") === "refresh_token") await provider.held;
    if (code !== 200) return answer(code, {error: "invalid_grant", error_description: "No more."});
    if (form.get("grant_type") === "refresh_token") return answer(200, {id_token: idToken("anna"), ...provider.rotated});
    const known = provider.codes.get(form.get("code") ?? "");
    provider.codes.delete(form.get("code") ?? "");
    const challenge = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
    if (known?.challenge !== challenge) return answer(400, {error: "invalid_grant"});
    answer(200, {id_token: idToken(known.sub), refresh_token: `refresh of ${known.sub}`});
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(null)));
  base = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}/`;
});
after(() => server.close());
beforeEach(() => {
  Object.assign(provider, {asked: [], codes: new Map(), status: 200, held: Promise.resolve(), rotated: {}});
});

/** The storage of a tab. */
export class Store extends Map {
  getItem(key) {
    return this.get(key) ?? null;
  }
  setItem(key, value) {
    this.set(key, value);
  }
  removeItem(key) {
    this.delete(key);
  }
}

export function visitor({store = new Store(), onChange = (_) => {}, ...more} = {}) {
  const clock = {now: 5_000_000};
  const at = {client: "page", authorize: `${base}authorize`, token: `${base}token`, logout: `${base}logout`, revoke: `${base}revoke`, ...more};
  const identity = new Identity({provider: at, page: PAGE, store, onChange, now: () => clock.now});
  return {identity, clock, store};
}

/** The provider's answer to an address, once the person has signed in. */
export function answered(address, sub = "anna") {
  const query = new URL(address).searchParams;
  provider.codes.set("code", {challenge: query.get("code_challenge") ?? "", sub});
  return new URLSearchParams({code: "code", state: query.get("state") ?? ""});
}

export async function signedIn(options) {
  const made = visitor(options);
  await made.identity.take(answered(await made.identity.address()));
  return made;
}

export async function until(/** @type {() => boolean} */ holds) {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

export const serialOf = ({authorization}) => JSON.parse(Buffer.from(authorization.split(".")[1], "base64url").toString()).serial;
