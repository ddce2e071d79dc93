/** A sentence of ours in which `commands` stand between backticks. */
export function CodeText({ text }: { text: string }) {
  return text.split('`').map((part, place) => {
    const key = `${place}${part}`;
    return place % 2 === 1 ? <code key={key}>{part}</code> : <span key={key}>{part}</span>;
  });
}
