/**
 * One message that Proxy carried between the customer's phone and the channel.
 * https://www.twilio.com/docs/proxy/api/interaction
 */
export type Interaction = {
  readonly sid: string;
  /** `out`: to the phone. `unclear`: Proxy does not say. */
  readonly direction: 'in' | 'out' | 'unclear';
  /** SIDs of the chat messages it names, IM…; whether Proxy names them is not known. */
  readonly messages: readonly string[];
  /** undefined where Proxy does not show it. */
  readonly body: string | undefined;
  /** ISO-8601, perhaps of whole seconds. */
  readonly createdAt: string;
};

/** `next` is opaque: hand it back to go on. In which order they come is not known. */
export type InteractionPage = { readonly interactions: readonly Interaction[]; readonly next: string | undefined };

/** Flex's own post-event webhook. */
export type DefaultWebhook = {
  /** Posts the body as it is, signed for that URL. Resolves on 2xx, else throws {@link TwilioError}. */
  readonly post: (contentType: string, body: string) => Promise<void>;
  /**
   * What a Proxy session (KC…) has carried, so that a post without an answer can be looked up. undefined when there is
   * no such session or the webhook is none of Proxy's. May throw {@link TwilioError}.
   */
  readonly interactions: (session: string, from?: string | undefined) => Promise<InteractionPage | undefined>;
  /** @param session by SID or unique name; undefined when there is none. May throw {@link TwilioError}. */
  readonly isSessionOpen: (session: string) => Promise<boolean | undefined>;
  /** Success when it has ended already, or is gone. May throw {@link TwilioError}. */
  readonly endSession: (session: string) => Promise<void>;
};
