// Questions to the server of this page.

export class Refused extends Error {}

async function ask(name, body, signal) {
  const response = await fetch(`api/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  }).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Refused("The server of this page does not answer: is taskmodel explore still running?");
  });
  if (!response.ok) throw new Refused((await response.json()).error);
  return response;
}

export const start = async () => (await fetch("api/start")).json();
export const answer = async (name, body, signal) => (await ask(name, body, signal)).json();
export const file = async (body) => (await ask("download", body)).blob();

// Lines of bands as they come, until the last.
export async function bands(body, signal, tell) {
  const response = await ask("bands", body, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    const complete = lines.filter(Boolean);
    // several lines at once: only the last one counts
    if (complete.length) tell(JSON.parse(complete.at(-1)));
  }
}
