import { describeFaults } from '../support/fault-matrix.js';

describeFaults('token');
