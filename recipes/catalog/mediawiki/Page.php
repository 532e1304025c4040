<?php
// Once in the life of the data: the first page, and the installer's account
// becomes one that nobody can use.

use MediaWiki\CommentStore\CommentStoreComment;
use MediaWiki\Maintenance\Maintenance;
use MediaWiki\Revision\SlotRecord;
use MediaWiki\Title\Title;
use MediaWiki\User\User;

class RonronPage extends Maintenance
{
    public function execute()
    {
        $services = $this->getServiceContainer();
        $user = User::newSystemUser('Ronron (installation)', ['steal' => true]);
        foreach ($services->getUserGroupManager()->getUserGroups($user) as $group) {
            $services->getUserGroupManager()->removeUserFromGroup($user, $group);
        }
        $content = ContentHandler::makeContent(stream_get_contents(STDIN), Title::newMainPage());
        $update = $services->getWikiPageFactory()->newFromTitle(Title::newMainPage())->newPageUpdater($user);
        $update->setContent(SlotRecord::MAIN, $content);
        $update->saveRevision(CommentStoreComment::newUnsavedComment('Ronron'), EDIT_INTERNAL | EDIT_SUPPRESS_RC);
        if (!$update->getStatus()->isOK()) $this->fatalError('The first page could not be written.');
        $this->getPrimaryDB()->newInsertQueryBuilder()->insertInto('updatelog')->ignore()
            ->row(['ul_key' => 'ronron-settled'])->caller(__METHOD__)->execute();
    }
}

return RonronPage::class;
