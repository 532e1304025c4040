%% What ejabberd does not do by itself for members of a directory:
%% - A connection lives for days. Whoever is suspended, or left the groups that
%%   may enter, is disconnected within half a minute.
%% - Accounts are the directory's, so that none is removed here; all that is kept
%%   of a member is, by the command ronron_erase.
%% - Where the host wants it, members stand in each other's lists of contacts.
-module(mod_ronron_members).
-behaviour(gen_mod).
-behaviour(gen_server).

-export([start/2, stop/1, reload/3, depends/2, mod_options/1, mod_opt_type/1, mod_doc/0]).
-export([init/1, handle_continue/2, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).
-export([erase/2]).

-include("ejabberd_commands.hrl").

-define(PERIOD, timer:seconds(15)).
-define(GROUP, <<"members">>).

start(Host, Opts) -> gen_mod:start_child(?MODULE, Host, Opts).
stop(Host) -> gen_mod:stop_child(?MODULE, Host).
reload(_Host, _New, _Old) -> ok.
depends(_Host, _Opts) -> [{mod_shared_roster, soft}].
mod_options(_Host) -> [{contacts, false}, {group_name, <<"Members">>}].
mod_opt_type(contacts) -> econf:bool();
mod_opt_type(group_name) -> econf:binary().
mod_doc() -> #{}.

init([Host | _]) ->
    ejabberd_commands:register_commands(?MODULE, commands()),
    erlang:send_after(?PERIOD, self(), look),
    {ok, Host, {continue, contacts}}.

handle_continue(contacts, Host) ->
    contacts(Host, gen_mod:get_module_opt(Host, ?MODULE, contacts)),
    {noreply, Host}.

handle_call(_Request, _From, Host) -> {reply, ok, Host}.
handle_cast(_Message, Host) -> {noreply, Host}.

handle_info(look, Host) ->
    Online = lists:usort([User || {User, Server, _} <- ejabberd_sm:get_vh_session_list(Host), Server =:= Host]),
    lists:foreach(fun(User) -> look(User, Host) end, Online),
    erlang:send_after(?PERIOD, self(), look),
    {noreply, Host};
handle_info(_Message, Host) -> {noreply, Host}.

terminate(_Reason, _Host) ->
    ejabberd_commands:unregister_commands(commands()).

%% A directory that does not answer is no reason to send anybody away.
look(User, Host) ->
    case ejabberd_auth_ldap:user_exists(User, Host) of
        {_, false} -> leave(User, Host);
        _ -> ok
    end.

leave(User, Host) ->
    lists:foreach(
        fun(Resource) ->
            ejabberd_sm:route(jid:make(User, Host, Resource), {exit, <<"This account cannot sign in any more.">>})
        end,
        ejabberd_sm:get_user_resources(User, Host)).

%% The list is the group of all accounts, which ejabberd asks the directory for.
contacts(Host, true) ->
    Name = gen_mod:get_module_opt(Host, ?MODULE, group_name),
    mod_shared_roster:create_group(Host, ?GROUP, [{label, Name}, {name, Name}, {displayed_groups, [?GROUP]}]),
    mod_shared_roster:add_user_to_group(Host, {<<"@all@">>, Host}, ?GROUP);
contacts(_Host, false) ->
    ok. % the module that serves the group is not loaded either

commands() ->
    [#ejabberd_commands{
        name = ronron_erase, tags = [accounts], desc = "Remove all that is kept of a member",
        module = ?MODULE, function = erase, args = [{user, binary}, {host, binary}], result = {res, rescode}}].

%% What each part of ejabberd does when an account is removed.
erase(User, Host) ->
    LUser = jid:nodeprep(User),
    leave(LUser, Host),
    ejabberd_hooks:run(remove_user, Host, [LUser, Host]),
    ok.
