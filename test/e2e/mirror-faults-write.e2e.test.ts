import { describeFaults } from '../support/fault-matrix.js';

describeFaults('write_user');
