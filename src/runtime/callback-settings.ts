/** The settings of what Frontline's app and the page that asks for agents are answered with. */
import { AVAILABILITY_PER_SECOND, CALLBACK_SETTINGS, type CallbackSetting, type Setting } from '../contract.ts';

export type CallbackConfig = {
  /** The Frontline account's own, from which agents begin conversations: + and digits. */
  readonly smsNumber: string | undefined;
  /** The same, with `whatsapp:` before it. */
  readonly whatsAppNumber: string | undefined;
  /** Asked for the list of customers, and for customers whom the bridge does not know. */
  readonly backupCrm: string | undefined;
  readonly templatesFile: string | undefined;
  /** An agent who is away is told that somebody waits at most once in this time. */
  readonly notificationMs: number;
  /** The pages that may ask for agents; none may when there is none. */
  readonly origins: readonly string[];
  /** They are answered so often a second. */
  readonly availabilityPerSecond: number;
};

/** As in the older app's sample. */
const NOTIFICATION_MINUTES = 0.5;

const listed = (text: string | undefined): readonly string[] => text?.split(/\s*,\s*/) ?? [];

/** @param problems gets a line for each that is malformed: its name and what is expected, never a value. */
export const readCallbackSettings = (
  text: (name: Setting) => string | undefined,
  problems: string[],
): CallbackConfig => {
  const shaped = (name: CallbackSetting, isSound = (_: string): boolean => true): string | undefined => {
    const value = text(name);
    const [pattern, expected] = CALLBACK_SETTINGS[name];
    if (value === undefined || (new RegExp(`^(?:${pattern})$`).test(value) && isSound(value))) return value;
    problems.push(`${name} is not ${expected}`);
    return undefined;
  };
  const whatsApp = shaped('FRONTLINE_WHATSAPP_NUMBER');
  return {
    smsNumber: shaped('FRONTLINE_SMS_NUMBER'),
    whatsAppNumber: whatsApp === undefined ? undefined : `whatsapp:${whatsApp.replace(/^whatsapp:/, '')}`,
    // A port beyond 65535 has the form of an address, and every call to it would throw.
    backupCrm: shaped('BACKUP_CRM_ENDPOINT', URL.canParse),
    templatesFile: text('TEMPLATES_FILE'),
    // Whole: the time until which an agent is not told again is part of a notice's name, which has no dot.
    notificationMs: Math.ceil(Number(shaped('NOTIFICATION_TIMEOUT_MINUTES') ?? NOTIFICATION_MINUTES) * 60_000),
    // As a browser says it, without the port that its scheme has anyway: https://fetch.spec.whatwg.org/#origin-header
    origins: listed(shaped('AVAILABILITY_ORIGINS', (value) => listed(value).every((page) => URL.canParse(page)))).map(
      (page) => new URL(page).origin,
    ),
    availabilityPerSecond: Number(shaped('AVAILABILITY_PER_SECOND') ?? AVAILABILITY_PER_SECOND),
  };
};
