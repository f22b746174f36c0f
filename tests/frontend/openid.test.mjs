import assert from "node:assert/strict";
import {createHash} from "node:crypto";
import {createServer} from "node:http";
import {after, before, beforeEach, test} from "node:test";

import {Identity} from "../../frontend/openid.js";

const PAGE = "https://pictures.example.com/";
const MINUTE = 60_000;

/** A provider: its token endpoint, which checks the verifier as a real one does. @type {import("node:http").Server} */
let server;
let base = "";
/** @type {URLSearchParams[]} */
let asked = [];
/** By code: the challenge, and the person to sign in. @type {Map<string, {challenge: string, sub: string}>} */
let codes = new Map();
let status = 200;
let serial = 0;

const part = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const idToken = (/** @type {string} */ sub) => {
  serial += 1;
  return [part({alg: "RS256"}), part({sub, email: `${sub}@éxample.com`, iat: 1000, exp: 4600, serial}), "signature"].join(".");
};

before(async () => {
  server = createServer(async (request, response) => {
    const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
    asked.push(form);
    const answer = (/** @type {number} */ code, /** @type {object} */ body) => {
      response.writeHead(code, {"content-type": "application/json"});
      response.end(JSON.stringify(body));
    };
    if (status !== 200) return answer(status, {error: "invalid_grant", error_description: "No more."});
    if (form.get("grant_type") === "refresh_token") return answer(200, {id_token: idToken("anna")});
    const known = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    const challenge = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
    if (known?.challenge !== challenge) return answer(400, {error: "invalid_grant"});
    answer(200, {id_token: idToken(known.sub), refresh_token: `refresh of ${known.sub}`});
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(null)));
  base = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}/`;
});
after(() => server.close());
beforeEach(() => {
  asked = [];
  codes = new Map();
  status = 200;
});

/** The storage of a tab. */
class Store extends Map {
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

function visitor({store = new Store(), onChange = (_) => {}, ...more} = {}) {
  const clock = {now: 5_000_000};
  const provider = {client: "page", authorize: `${base}authorize`, token: `${base}token`, logout: `${base}logout`, revoke: `${base}revoke`, ...more};
  const identity = new Identity({provider, page: PAGE, store, onChange, now: () => clock.now});
  return {identity, clock, store};
}

/** The provider's answer to an address, once the person has signed in. */
function answered(address, sub = "anna") {
  const query = new URL(address).searchParams;
  codes.set("code", {challenge: query.get("code_challenge") ?? "", sub});
  return new URLSearchParams({code: "code", state: query.get("state") ?? ""});
}

async function signedIn(options) {
  const made = visitor(options);
  await made.identity.take(answered(await made.identity.address()));
  return made;
}

const serialOf = ({authorization}) => JSON.parse(Buffer.from(authorization.split(".")[1], "base64url").toString()).serial;

test("a visitor signs in with a code, and proves to have asked for it", async () => {
  const {identity} = visitor({authorize: `${base}authorize?scope=openid+profile&audience=x`});
  assert.equal(identity.person, null);
  const address = await identity.address();
  const query = Object.fromEntries(new URL(address).searchParams);
  const {state, code_challenge, ...rest} = query;
  assert.deepEqual(rest, {
    ...{scope: "openid profile", audience: "x", response_type: "code", client_id: "page"},
    ...{redirect_uri: PAGE, code_challenge_method: "S256"},
  });
  assert.ok(state.length >= 43 && code_challenge.length === 43);

  await identity.take(answered(address));
  assert.equal(identity.person?.name, "anna@éxample.com");
  assert.match((await identity.headers(false)).authorization, /^Bearer ey/);
  const {grant_type, client_id, redirect_uri, code_verifier} = Object.fromEntries(asked[0]);
  assert.deepEqual([grant_type, client_id, redirect_uri], ["authorization_code", "page", PAGE]);
  assert.ok(code_verifier.length >= 43, "RFC 7636, section 4.1");
});

test("only the answer to the last sign-in is expected, and once", async () => {
  const {identity, store} = visitor();
  const first = answered(await identity.address());
  const second = answered(await identity.address());
  assert.notEqual(first.get("state"), second.get("state"));
  assert.deepEqual([first, second, new URLSearchParams("code=code")].map((query) => identity.expects(query)), [false, true, false]);
  await identity.take(second);
  assert.deepEqual([identity, visitor({store}).identity].map((each) => each.expects(second)), [false, false]);
});

test("a code that another browser asked for is refused by the provider", async () => {
  const {identity} = visitor();
  const query = answered(await identity.address());
  codes.set("code", {challenge: "another", sub: "mallory"});
  await assert.rejects(identity.take(query), {code: "sign_in_refused", message: "invalid_grant"});
  assert.equal(identity.person, null);
});

test("a refusal is told in the provider's words", async () => {
  const {identity} = visitor();
  const state = new URL(await identity.address()).searchParams.get("state") ?? "";
  const query = new URLSearchParams({state, error: "access_denied", error_description: "User is not confirmed."});
  await assert.rejects(identity.take(query), {code: "sign_in_refused", message: "User is not confirmed."});
  assert.equal(asked.length, 0);
});

test("a token is refreshed before its end, once for all calls", async () => {
  const {identity, clock} = await signedIn();
  const first = serialOf(await identity.headers(false));
  clock.now += 58 * MINUTE;
  assert.equal(serialOf(await identity.headers(false)), first);
  clock.now += 1.5 * MINUTE;
  const calls = await Promise.all([1, 2, 3].map(() => identity.headers(false)));
  assert.deepEqual(calls.map(serialOf), [first + 1, first + 1, first + 1]);
  assert.equal(asked.length, 2);
  clock.now += 59.5 * MINUTE;
  await identity.headers(false);
  assert.equal(asked[2].get("refresh_token"), "refresh of anna", "the provider has sent no new one");
});

test("a refused token is refreshed, however long it should live", async () => {
  const {identity} = await signedIn();
  const first = serialOf(await identity.headers(false));
  assert.equal(serialOf(await identity.headers(true)), first + 1);
});

test("while the provider is away, a valid token still serves", async () => {
  const {identity, clock} = await signedIn();
  const first = serialOf(await identity.headers(false));
  status = 503;
  clock.now += 59.5 * MINUTE;
  assert.equal(serialOf(await identity.headers(false)), first);
  await assert.rejects(identity.headers(true), {code: "busy", passing: true});
  clock.now += MINUTE;
  await assert.rejects(identity.headers(false), {code: "busy", passing: true});
  assert.equal(identity.isOver, false);
});

test("when a session ends, calls wait for the next sign-in", async () => {
  const changes = [];
  const {identity, store} = await signedIn({onChange: (stranger) => changes.push(stranger)});
  status = 400;
  let done = false;
  const call = identity.headers(true).then((headers) => ((done = true), headers));
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual([done, identity.isOver, identity.person], [false, true, null]);
  assert.equal([...store.values()].join().includes("refresh of"), false);
  status = 200;
  await identity.take(answered(await identity.address()));
  assert.match((await call).authorization, /^Bearer/);
  assert.deepEqual([changes, identity.isOver], [[false, false, false], false]);
});

test("nothing of one person goes on in the name of another", async () => {
  const events = [];
  const store = new Store();
  const onChange = async (stranger) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    events.push(stranger ? "cleared" : "shown");
  };
  const {identity} = await signedIn({store, onChange});
  status = 400;
  const call = identity.headers(true).catch(({code}) => events.push(code));
  await new Promise((resolve) => setTimeout(resolve, 100));
  status = 200;
  await identity.take(answered(await identity.address(), "ben"));
  await call;
  assert.deepEqual(events, ["shown", "shown", "cleared", "expired"]);
  assert.match((await identity.headers(false)).authorization, /^Bearer/);
});

test("a reload keeps the session, and the sign-in that was begun", async () => {
  const {store} = await signedIn();
  const {identity} = visitor({store});
  assert.equal(identity.person?.subject, "anna");
  const query = answered(await identity.address());
  assert.equal(visitor({store}).identity.expects(query), true);
});

test("signing out forgets all in the tab, and revokes the refresh token", async () => {
  const {identity, store} = await signedIn();
  const address = new URL(identity.leave() ?? "");
  assert.deepEqual(Object.fromEntries(address.searchParams), {client_id: "page", logout_uri: PAGE, post_logout_redirect_uri: PAGE});
  assert.deepEqual([store.size, identity.person], [0, null]);
  while (asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(Object.fromEntries(asked[1]), {token: "refresh of anna", client_id: "page"});
  assert.equal((await signedIn({logout: undefined})).identity.leave(), null);
});

test("a full storage costs a reload its session, and nothing now", async () => {
  const store = new Store();
  store.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const {identity} = await signedIn({store});
  assert.match((await identity.headers(false)).authorization, /^Bearer/);
});
