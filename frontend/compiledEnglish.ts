import { getCatalogForFile, getCatalogs } from "@lingui/cli/api";
import { getConfig } from "@lingui/conf";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import { type Plugin, parseAst } from "vite";
import { sentenceKey } from "./src/language/sentenceKey.ts";

interface Node {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}

/**
 * Keeps the English sentences in the code and compiles their placeholders and plurals during the build, so that English
 * needs no catalog and no parser of messages in the browser. Lingui's transform of the macros, which runs before, leaves
 * `{ id, message }`, and its catalogs have the translations by id. An identifier per sentence would cost the room 4 kB,
 * so a sentence without placeholders is its own id, and the catalogs have it by a key that the browser computes.
 */
export function compiledEnglish(): Plugin[] {
  const config = getConfig();
  return [
    {
      name: "compiled-english",
      enforce: "pre",
      apply: "build",
      transform: {
        filter: { id: /\.tsx?$/, code: /\/\*i18n\*\// },
        handler(code, id) {
          const lang = id.endsWith("x") ? "tsx" : "ts";
          const found = messagesOf(parseAst(code, { lang }) as unknown as Node);
          let result = code;
          for (const { id, message } of found.sort((a, b) => b.id.start - a.id.start)) {
            const text = String((message.value as Node).value);
            if (isPlain(text)) {
              result = replaced(result, message, "");
              result = replaced(result, id, JSON.stringify(plainText(text)));
            } else {
              result = replaced(
                result,
                message.value as Node,
                JSON.stringify(compileMessage(text)),
              );
            }
          }
          return { code: result, map: null };
        },
      },
    },
    {
      name: "sentences-by-key",
      apply: "build",
      transform: {
        filter: { id: /\.po$/ },
        async handler(code, id) {
          const file = getCatalogForFile(
            id.slice(config.rootDir.length + 1),
            await getCatalogs(config),
          );
          if (!file) throw new Error(`${id} is not a catalog of lingui.config.ts`);
          const entries = (await file.catalog.read(file.locale)) ?? {};
          const keys = new Map<string, string>();
          for (const [id, { message = "" }] of Object.entries(entries)) {
            keys.set(id, isPlain(message) ? sentenceKey(plainText(message)) : id);
          }
          if (new Set(keys.values()).size < keys.size)
            throw new Error(`two sentences share a key in ${id}`);
          const byId = JSON.parse(JSON.parse(/JSON\.parse\((".*")\)/s.exec(code)?.[1] ?? '"{}"'));
          const byKey = Object.fromEntries(
            Object.entries(byId).map(([id, text]) => [keys.get(id), text]),
          );
          return {
            code: `export const messages = JSON.parse(${JSON.stringify(JSON.stringify(byKey))});`,
            map: null,
          };
        },
      },
    },
  ];
}

function isPlain(message: string): boolean {
  const compiled = compileMessage(message);
  return compiled.length === 1 && typeof compiled[0] === "string";
}

/** The text of a message without placeholders, in which ICU may have escaped braces. */
const plainText = (message: string) => String(compileMessage(message)[0]);

function replaced(code: string, { start, end }: Node, text: string): string {
  const rest = code.slice(end);
  return code.slice(0, start) + text + (text === "" ? rest.replace(/^\s*,/, "") : rest);
}

/** The value of `id` and the property `message` of each object that has both. */
function messagesOf(node: Node): Array<{ id: Node; message: Node }> {
  const children = Object.values(node).flat().filter(isNode);
  const found = children.flatMap(messagesOf);
  if (node.type !== "ObjectExpression") return found;
  const property = (name: string) =>
    children.find((child) => (child.key as Node | undefined)?.name === name);
  const id = property("id")?.value;
  const message = property("message");
  const isMacro = isNode(id) && isNode(message?.value) && message.value.type === "Literal";
  return message && isMacro ? [...found, { id, message }] : found;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}
