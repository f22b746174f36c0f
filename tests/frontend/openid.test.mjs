import assert from "node:assert/strict";
import {test} from "node:test";

import {answered, PAGE, provider, serialOf, signedIn, Store, until, visitor} from "./provider.mjs";

const MINUTE = 60_000;

test("a visitor signs in with a code, and proves to have asked for it", async () => {
  const {identity} = visitor({authorize: "https://provider.example.com/authorize?scope=openid+profile&audience=x"});
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
  const {grant_type, client_id, redirect_uri, code_verifier} = Object.fromEntries(provider.asked[0]);
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
  provider.codes.set("code", {challenge: "another", sub: "mallory"});
  await assert.rejects(identity.take(query), {code: "sign_in_refused", message: "invalid_grant"});
  assert.equal(identity.person, null);
});

test("a refusal is told in the provider's words", async () => {
  const {identity} = visitor();
  const state = new URL(await identity.address()).searchParams.get("state") ?? "";
  const query = new URLSearchParams({state, error: "access_denied", error_description: "User is not confirmed."});
  await assert.rejects(identity.take(query), {code: "sign_in_refused", message: "User is not confirmed."});
  assert.equal(provider.asked.length, 0);
});

test("a provider that does not respond is asked again, and that is told", async () => {
  const {identity} = visitor();
  const query = answered(await identity.address());
  provider.status = 503;
  let told = 0;
  await identity.take(query, () => ((told += 1), (provider.status = 200)));
  assert.deepEqual([told, identity.person?.subject, provider.asked.length], [1, "anna", 2]);
});

test("a token is refreshed before its end, once for all calls", async () => {
  const {identity, clock} = await signedIn();
  const first = serialOf(await identity.headers(false));
  clock.now += 58 * MINUTE;
  assert.equal(serialOf(await identity.headers(false)), first);
  clock.now += 1.5 * MINUTE;
  const calls = await Promise.all([1, 2, 3].map(() => identity.headers(false)));
  assert.deepEqual(calls.map(serialOf), [first + 1, first + 1, first + 1]);
  assert.equal(provider.asked.length, 2);
  clock.now += 59.5 * MINUTE;
  await identity.headers(false);
  assert.equal(provider.asked[2].get("refresh_token"), "refresh of anna", "the provider has sent no new one");
});

test("a refused token is refreshed, however long it should live", async () => {
  const {identity} = await signedIn();
  const first = serialOf(await identity.headers(false));
  assert.equal(serialOf(await identity.headers(true)), first + 1);
});

test("while the provider is away, a valid token still serves", async () => {
  const {identity, clock} = await signedIn();
  const first = serialOf(await identity.headers(false));
  provider.status = 503;
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
  provider.status = 400;
  let done = false;
  const call = identity.headers(true).then((headers) => ((done = true), headers));
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual([done, identity.isOver, identity.person], [false, true, null]);
  assert.equal([...store.values()].join().includes("refresh of"), false);
  provider.status = 200;
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
  provider.status = 400;
  const call = identity.headers(true).catch(({code}) => events.push(code));
  await new Promise((resolve) => setTimeout(resolve, 100));
  provider.status = 200;
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
  await until(() => provider.asked.length === 2);
  assert.deepEqual(Object.fromEntries(provider.asked[1]), {token: "refresh of anna", client_id: "page"});
  assert.equal((await signedIn({logout: undefined})).identity.leave(), null);
});

for (const [outcome, code] of /** @type {[string, number][]} */ ([["succeeds", 200], ["is refused", 400], ["fails", 503]])) {
  test(`a refresh that ${outcome} after signing out brings nobody back`, async () => {
    const {identity, store} = await signedIn();
    let release = () => {};
    provider.held = new Promise((resolve) => (release = () => resolve()));
    [provider.status, provider.rotated] = [code, {refresh_token: "rotated"}];
    const call = identity.headers(true);
    await until(() => provider.asked.some((form) => form.get("grant_type") === "refresh_token"));
    identity.leave();
    assert.deepEqual([store.size, identity.person], [0, null]);

    provider.status = 200;
    await identity.take(answered(await identity.address(), "ben"));
    release();

    await assert.rejects(call, {code: "expired"}, "it was begun by somebody else");
    assert.deepEqual([identity.person?.subject, identity.isOver], ["ben", false]);
    assert.equal(JSON.parse(store.get("sign-in tokens")).subject, "ben");
    if (code === 200) await until(() => provider.asked.some((form) => form.get("token") === "rotated"));
  });
}

test("of two addresses, the one that was made last is expected", async () => {
  const {identity} = visitor();
  const original = crypto.subtle.digest.bind(crypto.subtle);
  let calls = 0;
  crypto.subtle.digest = async (...what) => {
    calls += 1;
    if (calls === 1) await new Promise((resolve) => setTimeout(resolve, 20));
    return original(...what);
  };
  /** @type {string[]} */
  const made = [];
  try {
    await Promise.all([1, 2].map(() => identity.address().then((address) => made.push(address))));
  } finally {
    crypto.subtle.digest = original;
  }
  assert.deepEqual(made.map((address) => identity.expects(answered(address))), [false, true]);
});

test("a full storage costs a reload its session, and nothing now", async () => {
  const store = new Store();
  store.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const {identity} = await signedIn({store});
  assert.match((await identity.headers(false)).authorization, /^Bearer/);
});
