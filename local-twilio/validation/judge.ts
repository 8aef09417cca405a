/** Holds callers and the local Twilio itself to Twilio's published specifications. */
import { OpenAPIBackend } from 'openapi-backend';
import { problems } from '../problem.ts';
import type { Judge } from '../respond.ts';
import type { Call, RestRoute } from '../rest/call.ts';
import { type Definition, specifications } from './specifications.ts';

/** An answer of ours that Twilio would never give: a bug here. */
export class SpecificationMismatch extends Error {
  constructor(operation: string, findings: readonly string[]) {
    super(`${operation}: ${findings.join('; ')}`);
    this.name = 'SpecificationMismatch';
  }
}

type Schema = { readonly type?: string };
type Operation = {
  readonly operationId: string;
  readonly form: Readonly<Record<string, Schema>>;
  readonly statuses: readonly string[];
};
type Book = { readonly api: OpenAPIBackend; readonly operations: ReadonlyMap<string, Operation> };

type RawOperation = {
  readonly operationId?: string;
  readonly responses?: Readonly<Record<string, unknown>>;
  readonly requestBody?: {
    readonly content?: Readonly<Record<string, { readonly schema?: { readonly properties?: Record<string, Schema> } }>>;
  };
};

const formType = 'application/x-www-form-urlencoded';

const operationsOf = (definition: Definition): ReadonlyMap<string, Operation> => {
  const operations = new Map<string, Operation>();
  for (const [path, methods] of Object.entries(definition.paths ?? {}))
    for (const [method, raw] of Object.entries((methods ?? {}) as Readonly<Record<string, RawOperation>>))
      if (raw.operationId !== undefined)
        operations.set(`${method.toUpperCase()} ${path}`, {
          operationId: raw.operationId,
          form: raw.requestBody?.content?.[formType]?.schema?.properties ?? {},
          statuses: Object.keys(raw.responses ?? {}),
        });
  return operations;
};

/** A form's texts as the types that the specification names. */
const typed = (texts: readonly string[], schema: Schema): unknown => {
  const [text = ''] = texts;
  switch (schema.type) {
    case 'array':
      return texts;
    case 'integer':
    case 'number':
      return Number(text);
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    default:
      return text;
  }
};

/** @throws TwilioProblem for a parameter that the specification does not know */
const formOf = (call: Call, operation: Operation): Record<string, unknown> => {
  const form: Record<string, unknown> = {};
  for (const name of new Set(call.form.keys())) {
    const schema = operation.form[name];
    if (schema === undefined) throw problems.invalid(`${name} is no parameter of this resource`);
    form[name] = typed(call.form.getAll(name), schema);
  }
  return form;
};

const findings = (errors: readonly { instancePath?: string; message?: string }[] | null | undefined): string[] =>
  (errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);

/** Formats that are checked; the validator takes no notice of the others. RFC 3339. */
const formats = { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/ };

/** Callers are refused with 400 and 20001; a wrong answer of ours is thrown. Takes some 50 ms to make. */
export const createJudge = async (): Promise<Judge> => {
  const books = new Map<string, Book>();
  for (const [host, definition] of specifications()) {
    const api = new OpenAPIBackend({ definition, quick: true, ajvOpts: { logger: false, formats } });
    await api.init();
    books.set(host, { api, operations: operationsOf(definition) });
  }
  const find = (host: string, route: RestRoute) => {
    const book = books.get(host);
    const operation = book?.operations.get(`${route.method} ${route.pattern}`);
    if (book === undefined || operation === undefined)
      throw new SpecificationMismatch(`${host} ${route.method} ${route.pattern}`, ['no such operation']);
    return { api: book.api, operation };
  };
  return {
    request: (host, route, call) => {
      const { api, operation } = find(host, route);
      const { path, headers } = call;
      const sent = [...new Set(call.query.keys())].map((name) => [name, call.query.getAll(name)] as const);
      const query = Object.fromEntries(sent.map(([name, all]) => [name, all.length === 1 ? (all[0] ?? '') : [...all]]));
      const body = route.method === 'POST' ? formOf(call, operation) : undefined;
      const wanted = headers['x-twilio-webhook-enabled'];
      const judged: Record<string, string> = wanted === undefined ? {} : { 'x-twilio-webhook-enabled': wanted };
      const asked = {
        method: route.method,
        path,
        query,
        headers: judged,
        body,
      };
      const { valid, errors } = api.validator.validateRequest(asked, operation.operationId);
      if (!valid) throw problems.invalid(findings(errors).join('; '));
    },
    answer: (host, route, answer) => {
      const { api, operation } = find(host, route);
      const body = answer.body ?? null;
      const { errors } = api.validateResponse(body, operation.operationId, answer.status);
      const said = findings(errors);
      if (!operation.statuses.includes(String(answer.status))) said.push(`no answer has status ${answer.status}`);
      if (said.length > 0) throw new SpecificationMismatch(`${route.method} ${route.pattern}`, said);
    },
  };
};
