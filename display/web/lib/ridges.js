// The ink-wash ridges of the header: generated, so that there is no bitmap.

/** A small repeatable source of chance, so that a page always gets the same hills. @param {number} seed */
function chance(seed) {
  let s = seed;
  return () => (s = (s * 16807) % 2147483647) / 2147483647;
}

/**
 * A CSS background image of layered hills.
 * @param {number} w @param {number} h @param {number} layers @param {string} color @param {number} seed
 */
export function ridges(w, h, layers, color, seed = 7) {
  const next = chance(seed);
  let out = '';
  for (let l = 0; l < layers; l++) {
    const ph = [next() * 9, next() * 9, next() * 9];
    const y0 = h * (0.28 + (0.62 * l) / layers);
    const a = h * (0.34 - (0.2 * l) / layers);
    let d = `M0 ${h} `;
    for (let x = 0; x <= w + 12; x += 12) {
      const u = x / w;
      const wave = 0.55 * Math.sin(u * 3.1 + ph[0]) ** 2 + 0.3 * Math.abs(Math.sin(u * 7.3 + ph[1])) + 0.15 * Math.sin(u * 17 + ph[2]);
      d += `L${x} ${(y0 - a * wave * (0.6 + 0.4 * Math.sin(u * 3.14))).toFixed(1)} `;
    }
    const stop = (0.1 + 0.09 * l).toFixed(2);
    out += `<linearGradient id='g${l}' x1='0' y1='0' x2='0' y2='1'><stop offset='0' stop-color='${color}' stop-opacity='${stop}'/><stop offset='1' stop-color='${color}' stop-opacity='0'/></linearGradient><path d='${d}L${w} ${h}Z' fill='url(#g${l})'/>`;
  }
  const picture = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 ${w} ${h}' preserveAspectRatio='none'>${out}</svg>`;
  return `url("data:image/svg+xml,${encodeURIComponent(picture)}")`;
}
