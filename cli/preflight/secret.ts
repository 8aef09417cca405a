import { SECRET_FIELDS } from '../../src/contract.ts';
import { secretsFrom, WrongSecrets } from '../../src/runtime/secrets.ts';
import { readSecret, type SecretsCommand, secretFields, secretsOfStack } from '../secrets.ts';
import { type Checked, later, well, wrong } from './checked.ts';

/** What is wrong with the fields; names and reasons, never a value. */
const problemsOf = (fields: Readonly<Record<string, unknown>>): readonly string[] => {
  const noText = Object.keys(fields).filter((name) => typeof fields[name] !== 'string');
  const unknown = Object.keys(fields).filter((name) => !(SECRET_FIELDS as readonly string[]).includes(name));
  const known = Object.fromEntries(Object.entries(fields).filter(([name]) => !noText.includes(name)));
  const inForm = [
    ...noText.map((name) => `${name} is no text`),
    ...unknown.map((name) => `${name} is no field that the bridge knows`),
  ];
  try {
    secretsFrom(known);
    return inForm;
  } catch (error) {
    if (!(error instanceof WrongSecrets)) throw error;
    return [...inForm, ...error.problems.filter((problem) => !noText.some((name) => problem.startsWith(`${name} is`)))];
  }
};

/**
 * Whether the one secret of the stack has all that the functions need. A secret that an earlier stack of that name has
 * left is in the way of the next: the commands could not tell which of the two is meant.
 */
export const checkSecret = async (
  client: SecretsCommand['client'],
  stack: string,
  deployed: boolean,
): Promise<readonly Checked[]> => {
  const secrets = await secretsOfStack(client, stack);
  const [secret] = secrets;
  if (secrets.length > (deployed ? 1 : 0))
    return [
      wrong(
        'Secret',
        `an earlier stack called ${stack} has left its secret here: delete the older one with aws secretsmanager delete-secret --secret-id ARN, or deploy with another STAGE`,
      ),
    ];
  if (!deployed) return [later('Secret', 'it comes with the stack; then npx bridge secrets fills it')];
  if (secret === undefined)
    return [wrong('Secret', `the stack ${stack} has none: it was deleted by hand, so restore it in Secrets Manager`)];
  const fields = secretFields(await readSecret(client, secret));
  if (fields === undefined)
    return [
      wrong('Secret', 'it is no JSON object, so no function can start: put back its last version in Secrets Manager'),
    ];
  const problems = problemsOf(fields);
  return problems.length === 0
    ? [well('Secret', 'its fields are complete and well-formed')]
    : [wrong('Secret', `${problems.join(', ')}: put that right with npx bridge secrets --stack ${stack}`)];
};
