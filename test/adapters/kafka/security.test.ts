import { describe, expect, it } from '@jest/globals';
import { KAFKA_AUTH } from '../../../adapters/kafka/auth.ts';
import { securityOf } from '../../../adapters/kafka/security.ts';

const PASSWORD = { username: 'alice', password: 'alice-secret' };
const CERTIFICATE = { certificate: 'CERT', privateKey: 'KEY' };
const AUTHORITY = { certificate: 'CA' };

describe('the way in', () => {
  it('is plain text for none only', () => {
    expect(securityOf('none', { client: PASSWORD, authority: AUTHORITY })).toEqual({});
    for (const auth of KAFKA_AUTH.filter((method) => method !== 'none')) {
      expect(
        securityOf(auth, { client: { ...PASSWORD, ...CERTIFICATE }, token: async () => 'token' }).tls,
      ).toBeDefined();
    }
  });

  it('is a password under the name of its mechanism', () => {
    expect(securityOf('plain', { client: PASSWORD })).toEqual({ tls: {}, sasl: { mechanism: 'PLAIN', ...PASSWORD } });
    expect(securityOf('scram-256', { client: PASSWORD }).sasl?.mechanism).toBe('SCRAM-SHA-256');
    expect(securityOf('scram-512', { client: PASSWORD }).sasl?.mechanism).toBe('SCRAM-SHA-512');
  });

  it('is a certificate, with the password of its key where that has one', () => {
    expect(securityOf('mtls', { client: CERTIFICATE })).toEqual({ tls: { cert: 'CERT', key: 'KEY' } });
    expect(securityOf('mtls', { client: { ...CERTIFICATE, privateKeyPassword: 'open' } }).tls).toEqual({
      cert: 'CERT',
      key: 'KEY',
      passphrase: 'open',
    });
  });

  it("is a token for each connection with MSK's IAM", async () => {
    const { sasl } = securityOf('iam', { token: async () => 'signed' });
    expect(sasl?.mechanism).toBe('OAUTHBEARER');
    expect(await (sasl?.token as () => Promise<string>)()).toBe('signed');
  });

  it('trusts the authority that is given, and no other', () => {
    expect(securityOf('tls', { authority: AUTHORITY })).toEqual({ tls: { ca: 'CA' } });
    expect(securityOf('mtls', { client: CERTIFICATE, authority: AUTHORITY }).tls).toEqual({
      ca: 'CA',
      cert: 'CERT',
      key: 'KEY',
    });
  });
});

describe('credentials that are not there', () => {
  it('are asked for by name', () => {
    expect(() => securityOf('plain', {})).toThrow(
      'TIDEMARK_KAFKA_SECRET must be there for this method of authentication, got undefined; set it, or say another method',
    );
  });

  it('are named field by field, and never repeated', () => {
    const refusal = (): unknown =>
      securityOf('plain', { client: { username: 'alice', secret: 'alice-secret', password: '' } });
    expect(refusal).toThrow(
      'secret for plain must have the field password with text, got ["username","secret","password"]; put it there',
    );
    expect(refusal).not.toThrow('alice-secret');
    expect(() => securityOf('mtls', { client: PASSWORD })).toThrow('the field certificate');
    expect(() => securityOf('tls', { authority: {} })).toThrow('secret for the CA must have the field certificate');
  });
});
