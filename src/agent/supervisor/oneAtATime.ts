/** A look that is wished for at any moment: never two at once, and one more after the last wish. */

/** Resolves when the look that goes on, or the one that begins now, is done. Never rejects. */
export function oneAtATime(
  look: () => Promise<void>,
  failed: (failure: string) => void,
): () => Promise<void> {
  let looking: Promise<void> | null = null;
  let isWishedAgain = false;
  function wish(): Promise<void> {
    if (looking !== null) {
      isWishedAgain = true;
      return looking;
    }
    looking = look()
      .catch((failure: unknown) => failed(String(failure)))
      .finally(() => {
        looking = null;
        if (!isWishedAgain) return;
        isWishedAgain = false;
        void wish();
      });
    return looking;
  }
  return wish;
}
