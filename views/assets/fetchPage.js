/** This page as the server makes it now. Messages are left for whoever comes to see them. */
export async function fetchPage() {
  const answer = await fetch(location.href, { headers: { accept: 'text/html', 'live-refresh': 'true' } });
  return { answer, page: new DOMParser().parseFromString(await answer.text(), 'text/html') };
}
