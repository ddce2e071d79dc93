/** A command to copy into a shell. */
import { CopyButton } from '../../parts/CopyButton.tsx';

export function CommandLine({ text }: { text: string }) {
  return (
    <div className="command-line">
      <code className="ellipsis">{text}</code>
      <CopyButton text={text} what={text} withWord />
    </div>
  );
}
