// Loaded into a process before anything else (`node --import`), it answers each message of its parent with the CPU time that
// the process has used, all its threads included, in microseconds.
import process from 'node:process';

process.on('message', () => process.send(process.cpuUsage()));
process.channel?.unref();
