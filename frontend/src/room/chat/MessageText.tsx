import { useMemo } from "react";
import { PlaceButton } from "./PlaceButton";
import { tokenise } from "./tokens";

/** What somebody wrote, as text nodes, links and places in the film; never as markup. */
export function MessageText({ text }: { text: string }) {
  const tokens = useMemo(() => tokenise(text), [text]);
  return (
    <span className="break-words whitespace-pre-wrap">
      {tokens.map((token, index) => {
        // Tokens have no identity but their place: the text of a message never changes.
        const key = `${index}`;
        if (token.kind === "text") return <span key={key}>{token.text}</span>;
        if (token.kind === "place") {
          return (
            <PlaceButton key={key} position_s={token.position_s}>
              {token.text}
            </PlaceButton>
          );
        }
        return (
          <a
            key={key}
            href={token.href}
            target="_blank"
            rel="noopener noreferrer nofollow ugc"
            className="text-accent-text underline underline-offset-2 hover:no-underline"
          >
            {token.text}
          </a>
        );
      })}
    </span>
  );
}
