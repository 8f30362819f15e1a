// The other side of the interoperation tests: seals, opens, signs and verifies
// with OpenPGP.js. Called as: node peer.js FOLDER ACTION, with a request in
// JSON on standard input; FOLDER holds node_modules.
'use strict';
const { createRequire } = require('node:module');
const path = require('node:path');
const openpgp = createRequire(path.resolve(process.argv[2]) + '/')('openpgp');

const publicKeys = (list) => Promise.all((list || []).map((armoredKey) => openpgp.readKey({ armoredKey })));
const secretKeys = (list) => Promise.all((list || []).map((armoredKey) => openpgp.readPrivateKey({ armoredKey })));
const date = (r) => new Date(r.date);

async function verdict(signatures) {
  const out = [];
  for (const s of signatures) {
    try {
      await s.verified;
      out.push(true);
    } catch {
      out.push(false);
    }
  }
  return out;
}

const actions = {
  async seal(r) {
    const text = await openpgp.encrypt({
      message: await openpgp.createMessage({ binary: Buffer.from(r.data) }),
      encryptionKeys: await publicKeys(r.to), signingKeys: await secretKeys(r.secret), date: date(r),
    });
    return { text };
  },
  async open(r) {
    const got = await openpgp.decrypt({
      message: await openpgp.readMessage({ armoredMessage: r.message }),
      decryptionKeys: await secretKeys(r.secret), verificationKeys: await publicKeys(r.signers), date: date(r), format: 'binary',
    });
    return { text: Buffer.from(got.data).toString(), good: await verdict(got.signatures) };
  },
  async sign(r) {
    const text = await openpgp.sign({
      message: await openpgp.createMessage({ binary: Buffer.from(r.data) }),
      signingKeys: await secretKeys(r.secret), detached: true, date: date(r),
    });
    return { text };
  },
  async verify(r) {
    const got = await openpgp.verify({
      message: await openpgp.createMessage({ binary: Buffer.from(r.data) }),
      signature: await openpgp.readSignature({ armoredSignature: r.message }),
      verificationKeys: await publicKeys(r.signers), date: date(r),
    });
    return { good: await verdict(got.signatures) };
  },
  async unlock(r) {
    const privateKey = await openpgp.readPrivateKey({ armoredKey: r.secret[0] });
    const key = await openpgp.decryptKey({ privateKey, passphrase: r.data });
    return { text: key.getFingerprint() };
  },
};

let input = '';
process.stdin.on('data', (d) => { input += d; });
process.stdin.on('end', async () => {
  try {
    process.stdout.write(JSON.stringify(await actions[process.argv[3]](JSON.parse(input))));
  } catch (e) {
    process.stderr.write(String(e));
    process.exit(1);
  }
});
