// clipped lists every piece of text that cannot be read whole: it runs out of
// the screen, is cut by a box around it, or is wider or higher than its own box.
// What lies on another page of a paged sheet is left out; what of it was seen
// whole is kept in window.seen.
window.seen = new Set();
window.clipped = () => {
  const problems = [];
  const told = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const name = (e) => `${e.tagName.toLowerCase()}.${e.getAttribute('class') || ''}`;
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const words = node.textContent.replace(/[\s\u200b]+/g, ' ').trim();
    const own = node.parentElement;
    if (!words || own.closest('.sr,noscript,script,style,[aria-hidden=true],svg')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter((r) => r.width > 0.5 && r.height > 0.5);
    if (!boxes.length) {
      if (!hidden(own)) problems.push(`${name(own)} «${words.slice(0, 24)}» has no place`);
      continue;
    }
    const sheet = own.closest('.sheetbody')?.getBoundingClientRect();
    if (sheet && boxes.every((r) => r.right <= sheet.left + 1 || r.left >= sheet.right - 1)) continue;
    const before = problems.length;
    for (const r of boxes) {
      // The box of a line is higher than its letters; a fifth of it is air.
      const [top, bottom] = [r.top + r.height / 5, r.bottom - r.height / 5];
      if (r.left < -1 || r.right > innerWidth + 1 || top < -1 || bottom > innerHeight + 1) problems.push(`${name(own)} «${words.slice(0, 24)}» leaves the screen`);
      for (let e = own; e !== document.body; e = e.parentElement) {
        const style = getComputedStyle(e);
        if (style.display === 'inline' || (style.overflowX === 'visible' && style.overflowY === 'visible')) continue;
        const b = e.getBoundingClientRect();
        if (r.left < b.left - 1 || r.right > b.right + 1 || top < b.top - 1 || bottom > b.bottom + 1) problems.push(`${name(own)} «${words.slice(0, 24)}» is cut by ${name(e)}`);
      }
    }
    for (let e = own; e !== document.body && !e.matches('.sheetbody'); e = e.parentElement) {
      if (told.has(e) || getComputedStyle(e).display === 'inline') continue;
      const air = parseFloat(getComputedStyle(own).fontSize) / 4; // letters reach a little beyond a tight line
      if (e.scrollWidth <= e.clientWidth + 2 && e.scrollHeight <= e.clientHeight + air) continue;
      told.add(e);
      problems.push(`«${words.slice(0, 24)}» does not fit ${name(e)}: ${e.scrollWidth}×${e.scrollHeight} in ${e.clientWidth}×${e.clientHeight}`);
    }
    if (problems.length === before) window.seen.add(node);
  }
  return [...new Set(problems)];
};
function hidden(e) {
  for (let x = e; x; x = x.parentElement) if (getComputedStyle(x).display === 'none') return true;
  return false;
}
