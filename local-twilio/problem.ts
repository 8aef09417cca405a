/** An answer that is no success: https://www.twilio.com/docs/api/errors */
export class TwilioProblem extends Error {
  readonly status: number;
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'TwilioProblem';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/**
 * Codes from https://www.twilio.com/docs/api/errors; the HTTP status of each is Twilio's where its documentation gives
 * one (404, 409, 401, 412, 429) and assumed to be 400 otherwise.
 */
export const problems = {
  authenticate: () => new TwilioProblem(401, 20003, 'Authenticate'),
  forbidden: () => new TwilioProblem(403, 20403, 'Forbidden'),
  notFound: (path: string) => new TwilioProblem(404, 20404, `The requested resource ${path} was not found`),
  notAllowed: () => new TwilioProblem(405, 20004, 'Method not allowed'),
  invalid: (what: string) => new TwilioProblem(400, 20001, `Invalid parameter: ${what}`),
  tooManyRequests: (headers: Readonly<Record<string, string>>) =>
    new TwilioProblem(429, 20429, 'Too Many Requests', headers),
  internal: (status: number) => new TwilioProblem(status, 20500, 'An internal server error has occurred'),
  outdated: () => new TwilioProblem(412, 20412, 'ETag provided in If-Match header does not match the current version'),
  channelNotFound: () => new TwilioProblem(404, 50300, 'Channel not found'),
  conversationNotFound: () => new TwilioProblem(404, 50350, 'Conversation not found'),
  channelExists: () => new TwilioProblem(409, 50307, 'Channel with provided unique name already exists'),
  conversationExists: () => new TwilioProblem(409, 50353, 'Conversation with provided unique name already exists'),
  uniqueNameLikeSid: () => new TwilioProblem(400, 50390, 'Unique name must not look like a SID'),
  memberExists: () => new TwilioProblem(409, 50404, 'Member already exists'),
  participantExists: () => new TwilioProblem(409, 50433, 'Participant already exists'),
  memberNotFound: () => new TwilioProblem(404, 50400, 'Member not found'),
  participantNotFound: () => new TwilioProblem(404, 50430, 'Participant not found'),
  memberLimit: () => new TwilioProblem(403, 50403, 'Channel member limit exceeded'),
  userLimit: () => new TwilioProblem(403, 50214, 'User conversation limit exceeded'),
  addressInUse: () => new TwilioProblem(409, 50416, 'A binding for this participant and proxy address already exists'),
  userExists: () => new TwilioProblem(409, 50201, 'User already exists'),
  closed: () => new TwilioProblem(400, 50377, 'Conversation is closed'),
  bodyMissing: () => new TwilioProblem(400, 50503, 'Message body is missing'),
  bodyTooLong: () => new TwilioProblem(400, 50504, 'Message body is too long'),
  mediaMissing: () => new TwilioProblem(400, 50507, 'Media not found'),
  attributesTooLong: () => new TwilioProblem(400, 50303, 'Attributes are too long'),
  attributesNotJson: () => new TwilioProblem(400, 50304, 'Attributes not valid JSON'),
  tooManyChatActions: () => new TwilioProblem(429, 50063, 'Chat: actions per second limit exceeded'),
  tooManyActions: () => new TwilioProblem(429, 50074, 'Conversations: actions per second limit exceeded'),
  reservationNotPending: (sid: string) =>
    new TwilioProblem(400, 20001, `Reservation ${sid} is not currently in a Pending state.`),
  pendingReservations: (sid: string, count: number) =>
    new TwilioProblem(
      400,
      20001,
      `Worker ${sid} cannot have its activity updated while it has ${count} pending reservations`,
    ),
  proxyAttributes: () => new TwilioProblem(400, 80619, 'Channel lacks the attributes that Proxy needs'),
  proxySignature: () => new TwilioProblem(403, 80625, 'Invalid X-Twilio-Signature'),
  sessionExists: () => new TwilioProblem(400, 80603, 'Session with this unique name already exists'),
  alreadyInSession: () => new TwilioProblem(400, 80103, 'Participant is already in the session'),
  proxyIdentifierInUse: () => new TwilioProblem(400, 80604, 'Proxy identifier is in use by this participant'),
  noPartner: () => new TwilioProblem(400, 80614, 'No partner participant found'),
  flexChannelExists: () => new TwilioProblem(409, 45208, 'Channel with provided unique name already exists'),
  sessionClosed: () => new TwilioProblem(400, 80607, 'Session is closed'),
} as const;
