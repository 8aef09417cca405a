/** The way into `npm start` that any Node understands: an older one cannot even read the rest. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 15)) {
  console.error(
    `The bridge needs Node 24.15 or newer, and this is Node ${process.versions.node}: install one from https://nodejs.org and run npm ci again (on Linux x64, npm ci brings its own).`,
  );
  process.exit(1);
}
// First, and alone: the rest takes a while to load, and npm may be gone by then.
await import('./starter.ts');
await import('./main.ts');
