import { describeFaults } from '../support/fault-matrix.js';

describeFaults('read_user');
