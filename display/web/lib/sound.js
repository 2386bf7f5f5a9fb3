// The sound of a wall's own screen, where its zone has no loudspeaker: the hall
// sends whole sounds, one at a time, and is told when each was heard.

const LEASED = 4001; // a newer page of this wall plays
const PAUSE = 3000;

/**
 * Plays what the hall sends until another page of the wall does. `blocked` is
 * told whether the browser waits for a touch.
 * @param {string} wall @param {(blocked: boolean) => void} blocked
 */
export function playSound(wall, blocked) {
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/walls/${encodeURIComponent(wall)}/sound`);
  socket.binaryType = 'blob';
  let waits = false; // for a touch
  socket.onmessage = async ({ data }) => {
    const answer = await heard(data);
    waits = !!answer.blocked;
    blocked(waits);
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(answer));
  };
  socket.onclose = ({ code }) => {
    if (waits) addEventListener('click', () => playSound(wall, blocked), { once: true });
    else if (code !== LEASED) setTimeout(() => playSound(wall, blocked), PAUSE * (0.5 + Math.random()));
  };
}

/** Plays one sound to its end. @param {Blob} data */
async function heard(data) {
  const audio = new Audio(URL.createObjectURL(data));
  try {
    await audio.play();
    await new Promise((done, failed) => {
      audio.onended = done;
      audio.onerror = () => failed(audio.error || new Error('audio'));
    });
    return { heard: true };
  } catch (e) {
    const { name, message } = /** @type {Error} */ (e);
    return { heard: false, blocked: name === 'NotAllowedError', why: `${name || 'error'} ${message || ''}`.trim() };
  } finally {
    URL.revokeObjectURL(audio.src);
  }
}
