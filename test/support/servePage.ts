/** For whoever works on the page: serves the built page with an imagined fleet. `node test/support/servePage.ts [lab|none|120] [port] [rows]` */
import { startImaginedHub } from './imaginedHub.ts';
import { imagineLab } from './imaginedLab.ts';
import { imagineDriverless, imagineMany } from './imaginedPlaces.ts';
import { imagineQueue } from './imaginedQueue.ts';

const [kind = 'lab', port = '4569', many = '0'] = process.argv.slice(2);
const fleet =
  kind === 'none' ? imagineDriverless : kind === 'lab' ? imagineLab : imagineMany(Number(kind) || 120);
const hub = await startImaginedHub({
  fleet,
  port: Number(port),
  queue: imagineQueue({ many: Number(many) }),
});
console.log(`${hub.url}/#code=open`);
