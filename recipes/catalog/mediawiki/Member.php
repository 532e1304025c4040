<?php
// export: writes a tar with every version of pages that a member wrote, their
// files, preferences and watchlist. erase: takes the member's name off all of
// them; what was written stays. The login is in the environment variable MEMBER.

use MediaWiki\Maintenance\Maintenance;
use MediaWiki\Revision\SlotRecord;
use MediaWiki\Title\Title;
use MediaWiki\User\User;

require_once '/usr/share/ronron/Guard.php';

class RonronMember extends Maintenance
{
    public function __construct()
    {
        parent::__construct();
        $this->addArg('what', 'export or erase');
    }

    public function execute()
    {
        $login = RonronDirectory::login((string) getenv('MEMBER'));
        if ($login === null) $this->fatalError('MEMBER is not a login.');
        $user = $this->getServiceContainer()->getUserFactory()->newFromName(RonronNames::ofLogin($login));
        match ($this->getArg(0)) {
            'export' => $this->export($user),
            'erase' => $this->erase($user),
            default => $this->fatalError('Say export or erase.'),
        };
    }

    private function export(?User $user): void
    {
        $folder = '/var/lib/mediawiki/images/.upload/' . bin2hex(random_bytes(8));
        mkdir("$folder/pages", 0700, true);
        mkdir("$folder/files", 0700);
        if ($user && $user->isRegistered()) $this->collect($user, $folder);
        passthru('tar --create --file=- --directory=' . escapeshellarg($folder) . ' .', $code);
        passthru('rm -rf ' . escapeshellarg($folder));
        exit($code);
    }

    private function collect(User $user, string $folder): void
    {
        $services = $this->getServiceContainer();
        $database = $this->getReplicaDB();
        $store = $services->getRevisionStore();
        $list = [];
        $rows = $store->newSelectQueryBuilder($database)->joinComment()->where(['actor_user' => $user->getId()])
            ->orderBy('rev_id')->caller(__METHOD__)->fetchResultSet();
        foreach ($rows as $row) {
            $revision = $store->newRevisionFromRow($row);
            $content = $revision->getContent(SlotRecord::MAIN);
            $file = "pages/{$revision->getId()}.txt";
            file_put_contents("$folder/$file", $content instanceof TextContent ? $content->getText() : '');
            $list[] = [
                'page' => Title::newFromLinkTarget($revision->getPageAsLinkTarget())->getPrefixedText(),
                'time' => wfTimestamp(TS_ISO_8601, $revision->getTimestamp()),
                'comment' => $revision->getComment()?->text, 'file' => $file,
            ];
        }
        $files = [];
        foreach ($database->newSelectQueryBuilder()->select('img_name')->from('image')->where(['img_actor' => $user->getActorId()])
            ->caller(__METHOD__)->fetchFieldValues() as $name) {
            $path = $services->getRepoGroup()->getLocalRepo()->newFile($name)?->getLocalRefPath();
            if ($path && copy($path, "$folder/files/$name")) $files[] = $name;
        }
        $watched = $database->newSelectQueryBuilder()->select(['wl_namespace', 'wl_title'])->from('watchlist')
            ->where(['wl_user' => $user->getId()])->caller(__METHOD__)->fetchResultSet();
        $pages = [];
        foreach ($watched as $row) $pages[] = Title::makeTitle($row->wl_namespace, $row->wl_title)->getPrefixedText();
        file_put_contents("$folder/member.json", json_encode([
            'name' => $user->getName(), 'versions' => $list, 'files' => $files, 'watchlist' => $pages,
            'preferences' => $services->getUserOptionsLookup()->getOptions($user, 1),
        ], JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES));
    }

    private function erase(?User $user): void
    {
        if (!$user || !$user->isRegistered()) return;
        $old = $user->getName();
        $id = $user->getId();
        $new = "Ronron (former member $id)";
        $system = User::newSystemUser(User::MAINTENANCE_SCRIPT_USER, ['steal' => true]);
        $rename = new MediaWiki\RenameUser\RenameuserSQL($old, $new, $id, $system, ['reason' => '']);
        if (!$rename->rename()) $this->fatalError('The account could not be renamed.');
        $database = $this->getPrimaryDB();
        $database->newUpdateQueryBuilder()->update('user')->set(['user_real_name' => '', 'user_email' => ''])
            ->where(['user_id' => $id])->caller(__METHOD__)->execute();
        foreach (['user_properties' => 'up_user', 'watchlist' => 'wl_user', 'user_groups' => 'ug_user'] as $table => $column) {
            $database->newDeleteQueryBuilder()->deleteFrom($table)->where([$column => $id])->caller(__METHOD__)->execute();
        }
        // The notes of the renaming, and of the account's making, would tell.
        $title = strtr($old, ' ', '_');
        foreach (['logging' => 'log', 'recentchanges' => 'rc'] as $table => $prefix) {
            $type = $table === 'logging' ? 'log_type' : 'rc_log_type';
            $database->newDeleteQueryBuilder()->deleteFrom($table)
                ->where([$type => ['renameuser', 'newusers'], "{$prefix}_title" => $title])->caller(__METHOD__)->execute();
        }
    }
}

return RonronMember::class;
