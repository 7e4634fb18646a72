import { compileMessage } from "@lingui/message-utils/compileMessage";
import { type Plugin, parseAst } from "vite";

interface Node {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}

/**
 * Keeps the English sentences in the code and compiles their placeholders and plurals during the build, so that English
 * needs no catalog and no parser of messages in the browser. Runs after Lingui's transform of the macros, which leaves
 * `{ id, message }`.
 */
export function compiledEnglish(): Plugin {
  return {
    name: "compiled-english",
    enforce: "pre",
    apply: "build",
    transform: {
      filter: { id: /\.tsx?$/, code: /\/\*i18n\*\// },
      handler(code, id) {
        const lang = id.endsWith("x") ? "tsx" : "ts";
        const messages = messagesOf(parseAst(code, { lang }) as unknown as Node);
        let result = code;
        for (const { start, end, value } of messages.sort((a, b) => b.start - a.start)) {
          const compiled = compileMessage(String(value));
          const plain = Array.isArray(compiled) && compiled.length === 1 ? compiled[0] : compiled;
          const text = JSON.stringify(typeof plain === "string" ? plain : compiled);
          result = result.slice(0, start) + text + result.slice(end);
        }
        return { code: result, map: null };
      },
    },
  };
}

/** The string literals of `message` in each object that also has an `id`. */
function messagesOf(node: Node): Node[] {
  const children = Object.values(node).flat().filter(isNode);
  const found = children.flatMap(messagesOf);
  if (node.type !== "ObjectExpression") return found;
  const fields = new Map(
    children.map((child) => [(child.key as Node | undefined)?.name, child.value]),
  );
  const message = fields.get("message");
  return fields.has("id") && isNode(message) && message.type === "Literal"
    ? [...found, message]
    : found;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}
