<?php
// What chaton.hcl decides cannot be changed in the wiki, and nothing that calls
// out or installs code is there.
$plugins['authldap']    = 1;
$plugins['ronron']      = 1;
$plugins['authplain']   = 0;
$plugins['authad']      = 0;
$plugins['authpdo']     = 0;
$plugins['acl']         = 0;
$plugins['config']      = 0;
$plugins['extension']   = 0;
$plugins['popularity']  = 0;
$plugins['styling']     = 0;
$plugins['usermanager'] = 0;
