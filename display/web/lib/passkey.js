// Passkeys: what the browser and the hall tell each other, bytes in base64url.

/** @param {string} text */
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
/** @param {ArrayBuffer | null} buffer */
const text = (buffer) => (buffer ? btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '') : null);

/** Whether this browser has passkeys, and the page a name that they can be bound to. */
export const hasPasskeys = () => 'PublicKeyCredential' in window && window.isSecureContext && !/^[\d.]+$|:/.test(location.hostname);

/** @param {string} path @param {any} [body] */
async function post(path, body) {
  const answer = await fetch(`/api/v1/${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });
  const said = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(said.code), { code: said.code });
  return said;
}

/** Makes a passkey for whoever is signed in. */
export async function addPasskey() {
  const { publicKey: o } = await post('passkeys/begin');
  const made = /** @type {any} */ (await navigator.credentials.create({ publicKey: {
    ...o, challenge: bytes(o.challenge), user: { ...o.user, id: bytes(o.user.id) },
    excludeCredentials: (o.excludeCredentials || []).map((/** @type {any} */ c) => ({ ...c, id: bytes(c.id) })),
  } }));
  const { response: r } = made;
  await post('passkeys', { id: made.id, rawId: text(made.rawId), type: made.type, response: { clientDataJSON: text(r.clientDataJSON), attestationObject: text(r.attestationObject), transports: r.getTransports?.() || [] } });
}

/** Signs in by passkey; the answer is who it was. */
export async function passkeySignIn() {
  const { publicKey: o } = await post('signin/passkey/begin');
  const shown = /** @type {any} */ (await navigator.credentials.get({ publicKey: { ...o, challenge: bytes(o.challenge) } }));
  const { response: r } = shown;
  return post('signin/passkey', { id: shown.id, rawId: text(shown.rawId), type: shown.type, response: { clientDataJSON: text(r.clientDataJSON), authenticatorData: text(r.authenticatorData), signature: text(r.signature), userHandle: text(r.userHandle) } });
}
