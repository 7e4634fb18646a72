/** Replaces `fetch`: answers calls by route and records them. */

type Handler = (request: Request) => Response | Promise<Response>;

export class ApiServer {
  readonly calls: Request[] = [];
  readonly #routes = new Map<string, Handler>();

  on(route: string, handler: Handler): this {
    this.#routes.set(route, handler);
    return this;
  }

  readonly fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(new URL(String(input), "http://watch.test"), init);
    this.calls.push(request);
    const route = `${request.method} ${new URL(request.url).pathname}`;
    const handler = this.#routes.get(route);
    if (!handler) throw new TypeError(`no handler for ${route}`);
    return handler(request);
  };

  count(path: string): number {
    return this.calls.filter((request) => new URL(request.url).pathname === path).length;
  }
}

export function json(body: unknown, status = 200): Response {
  return Response.json(body, { status, headers: { "X-Request-Id": "req-1" } });
}

export function problem(status: number, code: string, extra: object = {}): Response {
  return new Response(JSON.stringify({ status, code, detail: `It is ${code}.`, ...extra }), {
    status,
    headers: { "Content-Type": "application/problem+json", "X-Request-Id": "req-1" },
  });
}
