// One camera's stream in one video element by WebRTC: without a cushion, and
// with the sound of cameras whose sound a media source does not take. It tries
// once; whoever uses it falls back to LiveFeed and says so.

const PATIENCE = 8000; // milliseconds until the first picture, and without one later

export class DirectFeed {
  /**
   * @param {string} camera @param {HTMLVideoElement} video
   * @param {(phase: 'connecting'|'live'|'failed', why?: string) => void} tell a change of phase
   * @param {() => void} [beat] once a second while it plays
   */
  constructor(camera, video, tell, beat = () => {}) {
    this.camera = camera;
    this.video = video;
    this.tell = tell;
    this.beat = beat;
    this.frames = 0; // pictures shown
    this.attempts = 0;
    this.lastFrame = 0; // our clock, milliseconds
    this.sounding = false; // whether the camera is heard
    this.stopped = false;
    this.viewer = ''; // what ends it at the hall
  }

  async start() {
    this.tell('connecting');
    this.began = Date.now();
    this.timer = setInterval(() => this.watch(), 1000);
    try {
      await this.connect();
    } catch (e) {
      this.fail(/** @type {any} */ (e).message);
    }
  }

  async connect() {
    if (!('RTCPeerConnection' in window)) throw new Error('RTCPeerConnection');
    const pc = new RTCPeerConnection({ iceServers: [] });
    this.pc = pc;
    pc.addTransceiver('video', { direction: 'recvonly' });
    pc.addTransceiver('audio', { direction: 'recvonly' });
    const stream = new MediaStream();
    pc.ontrack = (e) => {
      stream.addTrack(e.track);
      if (e.track.kind === 'audio') e.track.onunmute = () => this.hear();
    };
    pc.onconnectionstatechange = () => { if (pc.connectionState === 'failed') this.fail(pc.connectionState); };
    await pc.setLocalDescription(await pc.createOffer());
    await pc.setRemoteDescription({ type: 'answer', sdp: await this.ask(pc.localDescription?.sdp || '') });
    if (this.stopped) return;
    this.video.removeAttribute('src');
    this.video.srcObject = stream;
    this.video.play().catch(() => {});
    this.count();
  }

  /** @param {string} offer @returns {Promise<string>} the hall's answer */
  async ask(offer) {
    const answer = await fetch(`/api/v1/cameras/${encodeURIComponent(this.camera)}/webrtc`, { method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: offer });
    if (!answer.ok) throw new Error((await answer.json()).say);
    this.viewer = answer.headers.get('Location') || '';
    if (this.stopped) this.hangUp();
    return answer.text();
  }

  /** Counts the pictures as they are shown. */
  count() {
    this.video.requestVideoFrameCallback(() => {
      if (this.stopped) return;
      if (!this.frames) this.tell('live');
      this.frames++;
      this.lastFrame = Date.now();
      this.count();
    });
  }

  /** A camera with sound is heard; somebody pressed a button for it. */
  hear() {
    this.sounding = true;
    this.video.muted = false;
    this.video.play().catch(() => { this.video.muted = true; });
    this.beat();
    if (this.frames) this.tell('live');
  }

  watch() {
    this.beat();
    if (Date.now() - Math.max(this.lastFrame, this.began || 0) > PATIENCE) this.fail('');
  }

  /** @param {string} why */
  fail(why) {
    if (this.stopped) return;
    this.stop();
    this.tell('failed', why);
  }

  stop() {
    this.stopped = true;
    clearInterval(this.timer);
    this.pc?.close();
    this.hangUp();
    this.video.srcObject = null;
    this.video.muted = true;
  }

  hangUp() {
    if (this.viewer) fetch(this.viewer, { method: 'DELETE', keepalive: true }).catch(() => {});
    this.viewer = '';
  }
}
