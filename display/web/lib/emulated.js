/** Whether this hall has emulated devices, so that their page is worth a link. */
export async function hasEmulators() {
  try {
    const answer = await fetch('/api/v1/emulators');
    return answer.ok && ((await answer.json()).emulators || []).length > 0;
  } catch {
    return false;
  }
}
